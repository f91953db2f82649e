"""What every new company begins with, as plain tables: (code, Chinese, English, …)."""

from procedures.steps import Step

TRADES = [
    ("restaurant", "餐饮", "Restaurant"),
    ("hotpot", "火锅店", "Hotpot"),
    ("noodles", "面馆", "Noodle shop"),
    ("bakery", "烘焙", "Bakery"),
    ("tea", "茶饮", "Tea drinks"),
    ("coffee", "咖啡馆", "Coffee shop"),
    ("convenience", "便利店", "Convenience store"),
    ("supermarket", "超市", "Supermarket"),
    ("fruit", "水果店", "Fruit shop"),
    ("butcher", "生鲜肉铺", "Butcher"),
    ("liquor", "烟酒店", "Tobacco and liquor"),
    ("pharmacy", "药店", "Pharmacy"),
    ("clinic", "诊所", "Clinic"),
    ("dentist", "口腔门诊", "Dentist"),
    ("optician", "眼镜店", "Optician"),
    ("clothing", "服装店", "Clothing"),
    ("shoes", "鞋店", "Shoes"),
    ("jewellery", "珠宝店", "Jewellery"),
    ("cosmetics", "化妆品店", "Cosmetics"),
    ("hairdresser", "美发店", "Hairdresser"),
    ("fitness", "健身房", "Gym"),
    ("hotel", "酒店", "Hotel"),
    ("karaoke", "KTV", "Karaoke"),
    ("bookshop", "书店", "Bookshop"),
    ("stationery", "文具店", "Stationery"),
    ("electronics", "数码店", "Electronics"),
    ("hardware", "五金店", "Hardware"),
    ("petrol", "加油站", "Petrol station"),
    ("car-repair", "汽车维修", "Car repair"),
    ("pets", "宠物店", "Pet shop"),
]

# code, maker, type, kind, card reader, printer
MODELS = [
    ("orvane-a90", "Orvane", "A90", "pos", True, True),
    ("orvane-m3", "Orvane", "M3 mini", "pos", True, False),
    ("kelin-k9", "Kelin", "K9", "pos", True, True),
    ("kelin-qp1", "Kelin", "QP1", "qr_plate", False, False),
    ("sonari-v2", "Sonari", "V2", "speaker", False, False),
    ("mintrix-s1", "Mintrix", "S1", "scanner", False, False),
]

SKILLS = [
    ("install", "装机", "Installation"),
    ("pos-repair", "POS维修", "POS repair"),
    ("qr-speaker", "码牌与音箱", "QR plates and speakers"),
    ("network", "网络", "Networks"),
    ("training", "商户培训", "Training of merchants"),
]

# code, Chinese, English, minutes, skill, level, needs a terminal
ORDER_TYPES = [
    ("install", "装机", "Install", 60, "install", 2, False),
    ("repair", "维修", "Repair", 45, "pos-repair", 2, True),
    ("swap", "换机", "Swap", 45, "pos-repair", 2, True),
    ("retrieve", "撤机", "Retrieve", 30, "install", 1, True),
    ("inspect", "巡检", "Inspect", 30, "qr-speaker", 1, False),
    ("activate", "激活", "Activate", 20, "install", 1, True),
    ("relocate", "移机", "Relocate", 45, "install", 1, True),
    ("train", "培训", "Train", 60, "training", 1, False),
]


def _photo(key: str, zh: str, en: str, **more: bool) -> Step:
    return {"key": key, "kind": "photo", "title": en, "title_zh": zh, "required": True, "count": 1, **more}


def _check(key: str, zh: str, en: str) -> Step:
    return {"key": key, "kind": "check", "title": en, "title_zh": zh, "required": True}


def _choice(key: str, zh: str, en: str, *options: tuple[str, ...]) -> Step:
    listed = [
        {"value": value, "label": label, "label_zh": label_zh, **({"finding": finding[0]} if finding else {})}
        for value, label_zh, label, *finding in options
    ]
    return {"key": key, "kind": "choice", "title": en, "title_zh": zh, "required": True, "options": listed}


SERIAL: Step = {
    "key": "serial", "kind": "scan", "title": "Serial number of the terminal", "title_zh": "终端序列号", "required": True,
    "help": "Scan the barcode on its back.", "help_zh": "扫描机身背面条码。",
}  # fmt: skip
SIGNAL: Step = {
    "key": "signal", "kind": "number", "title": "Signal strength", "title_zh": "信号强度", "required": True,
    "min": -120, "max": -30, "unit": "dBm",
    "help": "Menu → Network → Signal. Below -100 look for a better place.",
    "help_zh": "菜单 → 网络 → 信号。低于 -100 时请换位置。",
}  # fmt: skip
NEW_SERIAL: Step = {
    **SERIAL, "title": "Serial number of the new terminal", "title_zh": "新机序列号", "equal": "new_terminal",
}  # fmt: skip
OLD_SERIAL: Step = {**SERIAL, "equal": "terminal"}
NETWORK = _choice(
    "network", "网络", "Network", ("4g", "4G", "4G"), ("wifi", "Wi-Fi", "Wi-Fi"), ("lan", "网线", "Cable")
)
CAUSE = _choice(
    "cause", "故障原因", "What it was",
    ("printer", "打印机", "Printer"), ("reader", "读卡器", "Card reader"), ("power", "电源或电池", "Power or battery"),
    ("network", "网络", "Network"), ("screen", "屏幕", "Screen"), ("software", "软件", "Software"),
    ("handling", "操作不当", "Handling"),
)  # fmt: skip
PAYMENT = _check("payment", "测试交易成功", "A test payment went through")
TEST_PAYMENT: Step = {
    "key": "payment", "kind": "test_transaction", "title": "Test payment", "title_zh": "测试交易", "required": True, "max": 1,
    "help": "Pay 0.01 and refund it.", "help_zh": "支付 0.01 元后退款。",
}  # fmt: skip


def _if(step: Step, earlier: Step, *answers: str | bool) -> Step:
    """Asked only after one of these answers to an earlier step."""
    return {**step, "when": {"step": earlier["key"], "is": list(answers)}}


WI_FI: Step = {
    "key": "wifi", "kind": "text", "title": "Name of the Wi-Fi", "title_zh": "Wi-Fi 名称", "required": True,
    "help": "Never write down its password.", "help_zh": "请勿记录密码。",
}  # fmt: skip
PAPER = _check("paper", "已更换打印纸并打印签购单", "New paper is in and a slip was printed")

# what an inspection looks for: a fourth word makes an answer a finding
SEAL = _choice(
    "seal", "防拆封条", "Tamper seal", ("whole", "完好", "Whole"), ("torn", "破损", "Torn", "critical"),
    ("gone", "缺失", "Gone", "critical"),
)  # fmt: skip
SCREWS = _choice(
    "screws", "机身螺丝", "Screws", ("all", "齐全", "All there"), ("missing", "缺失", "One is missing", "major")
)
CASING = _choice(
    "casing", "机身外壳", "Casing", ("whole", "完好", "Whole"), ("worn", "磨损", "Worn", "minor"),
    ("opened", "被打开或有加装物", "Opened, or something attached", "critical"),
)  # fmt: skip
HANDLING = _choice(
    "handling", "店员操作", "The staff", ("good", "操作正确", "Handle it well"),
    ("poor", "需要培训", "Need training", "minor"),
)  # fmt: skip

# severity and kind of a finding ("" for every kind): type of the order it opens, whether the terminal is suspended
FINDING_RULES = [
    ("critical", "", "repair", True), ("major", "", "repair", False), ("minor", "handling", "train", False),
]  # fmt: skip

# procedure of each order type: name and steps
PROCEDURES: dict[str, tuple[str, str, list[Step]]] = {
    "install": ("装机流程", "Installation", [
        NEW_SERIAL, NETWORK, _if(WI_FI, NETWORK, "wifi"), _if(SIGNAL, NETWORK, "4g", "wifi"),
        _photo("after", "装机照片", "Photo where it stands"), TEST_PAYMENT,
    ]),
    "repair": ("维修流程", "Repair", [
        _photo("before", "维修前照片", "Photo before", code=True), CAUSE, _if(PAPER, CAUSE, "printer"),
        _if(NETWORK, CAUSE, "network"), SIGNAL, TEST_PAYMENT,
    ]),
    "swap": ("换机流程", "Swap", [_photo("before", "旧机照片", "Photo of the old one"), NEW_SERIAL, SIGNAL, TEST_PAYMENT]),
    "relocate": (
        "移机流程",
        "Relocation",
        [_photo("after", "新位置照片", "Photo where it stands now"), SIGNAL, TEST_PAYMENT],
    ),
    "retrieve": (
        "撤机流程",
        "Retrieval",
        [
            OLD_SERIAL,
            _choice("state", "机身状况", "Its state", ("good", "完好", "Good"), ("worn", "磨损", "Worn"), ("broken", "损坏", "Broken")),
        ],
    ),
    "inspect": (
        "巡检流程",
        "Inspection",
        [
            _photo("front", "门头照片", "Photo of the shop front"),
            {**OLD_SERIAL, "finding": "critical"},
            {"key": "place", "kind": "position", "title": "Where the terminal stands", "title_zh": "终端所在位置",
             "required": True, "finding": "major"},
            SEAL, _photo("seal-photo", "封条照片", "Photo of the seal"),
            SCREWS, CASING, _if(_photo("casing-photo", "机身照片", "Photo of the casing"), CASING, "worn", "opened"),
            _check("payment", "测试交易成功", "A test transaction goes through") | {"finding": "major"},
            _if({**TEST_PAYMENT, "key": "test-payment"}, PAYMENT, True),
            _check("sticker", "二维码贴清晰可读", "The sticker is there and readable") | {"finding": "minor"},
            HANDLING,
            SIGNAL,
        ],
    ),
    "activate": ("激活流程", "Activation", [SERIAL, PAYMENT]),
    "train": (
        "培训流程",
        "Training",
        [
            {"key": "people", "kind": "number", "title": "People trained", "title_zh": "培训人数", "required": True,
             "min": 1, "max": 50},
            _check("refund", "会做退款", "They can do a refund"),
        ],
    ),
}  # fmt: skip

# procedure, region, Chinese, English, changes as in procedures/variants.py
VARIANTS: list[tuple[str, str, str, str, dict]] = [
    ("repair", "ningbo", "宁波维修补充", "Repair in Ningbo", {
        "add": [{"after": "payment", "step": {
            "key": "where", "kind": "position", "title": "Position of the terminal", "title_zh": "终端位置", "required": True,
        }}],
        "tighten": {"signal": {"min": -105}},
    }),
]  # fmt: skip

OFFICE_DAY = [["09:00", "12:00"], ["13:00", "18:00"]]
SATURDAY = [["09:00", "12:00"], ["13:00", "17:00"]]
LONG_DAY = [["08:00", "22:00"]]
OFFICE, SEVEN_DAYS, ROUND_THE_CLOCK = "office", "seven-days", "round-the-clock"

# Chinese, English, hours by weekday, hours on a public holiday (None: as on any other day)
CALENDARS: dict[str, tuple[str, str, dict[str, list], list | None]] = {
    OFFICE: ("工作时间", "Office hours", {**{str(day): OFFICE_DAY for day in range(5)}, "5": SATURDAY}, []),
    SEVEN_DAYS: ("每天 8–22 点", "Seven days 08–22", {str(day): LONG_DAY for day in range(7)}, [["10:00", "18:00"]]),
    ROUND_THE_CLOCK: ("全天候", "Round the clock", {str(day): [["00:00", "24:00"]] for day in range(7)}, None),
}

# Chinese, English, order type, tier, service level, calendar, response and resolution in service minutes
SLA_POLICIES = [
    ("标准", "Standard", "", "", "", OFFICE, 240, 480),
    ("重点商户", "Key accounts", "", "key", "", SEVEN_DAYS, 120, 300),
    ("小微商户", "Small merchants", "", "small", "", OFFICE, 480, 960),
    ("装机", "Installation", "install", "", "", OFFICE, 960, 1440),
    ("撤机", "Retrieval", "retrieve", "", "", OFFICE, 1440, 2400),
    ("巡检", "Inspection", "inspect", "", "", OFFICE, 2400, 3360),
    ("激活", "Activation", "activate", "", "", OFFICE, 480, 960),
    ("培训", "Training", "train", "", "", OFFICE, 1440, 2400),
    ("增强版维修", "Repair, plus", "repair", "", "plus", SEVEN_DAYS, 180, 360),
    ("增强版换机", "Swap, plus", "swap", "", "plus", SEVEN_DAYS, 240, 480),
    ("尊享版维修", "Repair, premium", "repair", "", "premium", ROUND_THE_CLOCK, 120, 240),
    ("尊享版换机", "Swap, premium", "swap", "", "premium", ROUND_THE_CLOCK, 180, 360),
]

# time used up in percent, role that is told
ESCALATIONS = [(75, "dispatcher"), (100, "dispatcher"), (100, "manager")]

# Chinese, English, order type, values that differ from the standard ones
RULE_SETS: list[tuple[str, str, str, dict[str, int]]] = [
    ("默认", "Default", "", {}),
    (
        "维修",
        "Repairs",
        "repair",
        {"travel_weight": 35, "lateness_weight": 35, "load_weight": 15, "accept_within_min": 15},
    ),
]

# code, Chinese, English, what they may do, days until the contract ends
ORGANISATIONS = [
    ("suda", "速达技术服务", "Suda Technical Service", ("install", "repair", "swap", "retrieve", "activate"), 400),
    ("xinlian", "信联外包", "Xinlian Outsourcing", ("install", "activate", "inspect"), 18),
]
