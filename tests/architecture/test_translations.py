from toolkit.management.commands.messages import catalog_paths, load, untranslated


def test_every_string_is_translated() -> None:
    assert untranslated() == {"zh_Hans": []}


def test_placeholders_survive_translation() -> None:
    for path in catalog_paths():
        broken = [message.id for message in load(path) if message.id and list(message.check())]
        assert broken == []
