import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.mqtt import Consumer


class Command(BaseCommand):
    help = "Takes in what terminals report by MQTT, until it is told to stop (SIGTERM). One per broker is enough."

    def handle(self, **options) -> None:
        if not settings.MQTT_URL:
            raise CommandError("Set MQTT_URL, e.g. mqtts://fieldloop:password@broker.example")
        consumer = Consumer(settings.MQTT_URL)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: consumer.stop())
        consumer.run()
