"""The catalogue of spare parts, who sells them, where they are kept, and what is used up by which work. Plain tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

# code, Chinese, English, share of their parts that come dead
SUPPLIERS = [
    ("orvane", "奥凡配件", "Orvane Parts", 0.01),
    ("kelin", "科霖电子", "Kelin Electronics", 0.02),
    ("heji", "合吉电源", "Heji Power", 0.11),
    ("sonari", "声纳科技", "Sonari Technology", 0.02),
    ("huaxin", "华信耗材", "Huaxin Supplies", 0.005),
    ("tongda", "通达线缆", "Tongda Cables", 0.015),
]
POS = ("orvane-a90", "orvane-m3", "kelin-k9")
PRINTING = ("orvane-a90", "kelin-k9")
MAKER = {"orvane": "orvane", "kelin": "kelin", "sonari": "sonari", "mintrix": "tongda"}  # supplier by maker

# of each model: code, Chinese, English, price, models, supplier if not the maker's
OF_A_MODEL: list[tuple[str, str, str, float, tuple[str, ...], str]] = [
    ("battery", "电池", "battery", 86, POS, "heji"),
    ("charger", "充电器", "charger", 42, POS, "heji"),
    ("printer-head", "打印头", "printer head", 118, PRINTING, ""),
    ("roller", "打印胶辊", "printer roller", 9.5, PRINTING, ""),
    ("paper-lid", "纸仓盖", "paper lid", 14, PRINTING, ""),
    ("keypad", "按键板", "keypad", 55, POS, ""),
    ("screen", "触摸屏总成", "touch screen", 165, POS, ""),
    ("screen-cable", "屏幕排线", "screen cable", 12, POS, ""),
    ("reader", "读卡模块", "card reader", 138, POS, ""),
    ("contactless", "非接模块", "contactless module", 96, POS, ""),
    ("power-module", "主板电源模块", "power module", 74, POS, ""),
    ("mainboard", "主板", "mainboard", 420, POS, ""),
    ("usb-board", "接口板", "USB board", 22, POS, ""),
    ("antenna", "天线", "antenna", 16, POS, ""),
    ("camera", "摄像头", "camera", 48, POS, ""),
    ("loudspeaker", "扬声器", "loudspeaker", 11, POS, ""),
    ("microphone", "麦克风", "microphone", 9, POS, ""),
    ("sam-slot", "SAM卡座", "SAM slot", 7.5, POS, ""),
    ("sim-tray", "SIM卡托", "SIM tray", 6, POS, ""),
    ("button-cell", "纽扣电池", "button cell", 4.2, POS, "heji"),
    ("back-cover", "后壳", "back cover", 28, POS, ""),
    ("screws", "螺丝套件", "set of screws", 3, POS, ""),
    ("battery", "电池", "battery", 32, ("sonari-v2",), "heji"),
    ("charger", "充电器", "charger", 18, ("sonari-v2",), "heji"),
    ("cone", "喇叭单元", "loudspeaker unit", 14, ("sonari-v2",), ""),
    ("modem", "4G模块", "4G module", 58, ("sonari-v2",), ""),
    ("mainboard", "主板", "mainboard", 66, ("sonari-v2",), ""),
    ("button", "按键", "button", 3, ("sonari-v2",), ""),
    ("case", "外壳", "case", 12, ("sonari-v2",), ""),
    ("bracket", "挂架", "wall bracket", 9, ("sonari-v2",), ""),
    ("cable", "数据线", "data cable", 22, ("mintrix-s1",), ""),
    ("window", "扫描窗", "scan window", 15, ("mintrix-s1",), ""),
    ("decoder", "解码板", "decoder board", 130, ("mintrix-s1",), ""),
    ("light", "补光灯", "light", 11, ("mintrix-s1",), ""),
    ("stand", "支架", "stand", 30, ("mintrix-s1",), ""),
    ("case", "外壳", "case", 20, ("mintrix-s1",), ""),
    ("plate", "码牌面板", "plate", 6, ("kelin-qp1",), "huaxin"),
    ("frame", "亚克力立牌", "acrylic stand", 12, ("kelin-qp1",), "huaxin"),
    ("film", "保护膜", "protective film", 1.8, ("kelin-qp1",), "huaxin"),
    ("tag", "NFC标签", "NFC tag", 3.5, ("kelin-qp1",), ""),
    ("holder", "码牌底座", "holder", 8, ("kelin-qp1",), "huaxin"),
]  # fmt: skip

# for every model: code, Chinese, English, unit, price, supplier
FOR_ALL: list[tuple[str, str, str, str, float, str]] = [
    ("paper-57x30", "打印纸 57×30", "Paper 57×30", "roll", 1.1, "huaxin"),
    ("paper-57x40", "打印纸 57×40", "Paper 57×40", "roll", 1.6, "huaxin"),
    ("paper-57x50", "打印纸 57×50", "Paper 57×50", "roll", 2.1, "huaxin"),
    ("paper-80x60", "打印纸 80×60", "Paper 80×60", "roll", 3.4, "huaxin"),
    ("sim-mobile", "移动物联网卡", "SIM card, China Mobile", "piece", 5, "tongda"),
    ("sim-unicom", "联通物联网卡", "SIM card, China Unicom", "piece", 5, "tongda"),
    ("sim-telecom", "电信物联网卡", "SIM card, China Telecom", "piece", 5.5, "tongda"),
    ("sim-adapter", "卡套", "SIM adapter", "piece", 0.6, "tongda"),
    ("lan-1m", "网线 1 米", "LAN cable 1 m", "piece", 4, "tongda"),
    ("lan-3m", "网线 3 米", "LAN cable 3 m", "piece", 7, "tongda"),
    ("lan-10m", "网线 10 米", "LAN cable 10 m", "piece", 16, "tongda"),
    ("lan-bulk", "散装网线", "LAN cable off the drum", "metre", 1.3, "tongda"),
    ("usb-a", "USB-A 数据线", "USB-A cable", "piece", 6, "tongda"),
    ("usb-c", "USB-C 数据线", "USB-C cable", "piece", 8, "tongda"),
    ("rs232", "串口线", "Serial cable", "piece", 14, "tongda"),
    ("phone-line", "电话线", "Telephone line", "piece", 5, "tongda"),
    ("adapter-5v", "5V 电源", "5 V adapter", "piece", 16, "heji"),
    ("adapter-9v", "9V 电源", "9 V adapter", "piece", 21, "heji"),
    ("adapter-12v", "12V 电源", "12 V adapter", "piece", 24, "heji"),
    ("power-strip", "插线板", "Power strip", "piece", 28, "heji"),
    ("cleaning-card", "清洁卡", "Cleaning card", "piece", 2.2, "huaxin"),
    ("cleaning-pen", "打印头清洁笔", "Cleaning pen", "piece", 6, "huaxin"),
    ("wipes", "酒精湿巾", "Wipes", "set", 3, "huaxin"),
    ("tape", "双面胶", "Double-sided tape", "roll", 2.5, "huaxin"),
    ("cable-ties", "扎带", "Cable ties", "set", 4, "huaxin"),
    ("velcro", "魔术贴", "Velcro", "metre", 2, "huaxin"),
    ("labels", "标签纸", "Labels", "roll", 9, "huaxin"),
    ("lock", "防盗锁", "Lock", "piece", 35, "tongda"),
    ("swivel", "旋转支架", "Swivel stand", "piece", 45, "tongda"),
    ("mat", "收银台垫", "Counter mat", "piece", 12, "huaxin"),
    ("wifi-stick", "无线网卡", "Wi-Fi stick", "piece", 38, "tongda"),
    ("paper-57x35", "打印纸 57×35", "Paper 57×35", "roll", 1.3, "huaxin"),
    ("usb-hub", "USB 集线器", "USB hub", "piece", 32, "tongda"),
    ("plug-cover", "插头保护盖", "Plug cover", "piece", 1.2, "huaxin"),
    ("screw-set", "通用螺丝套件", "Set of screws", "set", 6, "huaxin"),
    ("bags", "防静电袋", "Antistatic bags", "set", 8, "huaxin"),
    ("seals", "防拆封签", "Tamper seals", "set", 15, "huaxin"),
    ("router", "4G路由器", "4G router", "piece", 168, "tongda"),
]

# code, Chinese, English, kind, region, latitude, longitude
WAREHOUSE, DEFECTIVE, SCRAP = "warehouse", "defective", "scrap"
STORES = [
    (WAREHOUSE, "杭州中心仓", "Hangzhou warehouse", "warehouse", "hangzhou", 30.3105, 120.2010),
    ("depot-xihu", "西湖仓库", "Xihu depot", "depot", "xihu", 30.2765, 120.1270),
    ("depot-yuhang", "余杭仓库", "Yuhang depot", "depot", "yuhang", 30.3010, 119.9960),
    ("depot-ningbo", "宁波仓库", "Ningbo depot", "depot", "ningbo", 29.8740, 121.5510),
    ("depot-binjiang", "滨江仓库", "Binjiang depot", "depot", "binjiang", 30.2075, 120.2050),
    ("depot-xiaoshan", "萧山仓库", "Xiaoshan depot", "depot", "xiaoshan", 30.1710, 120.2690),
    ("depot-linping", "临平仓库", "Linping depot", "depot", "linping", 30.4180, 120.3030),
    ("depot-fuyang", "富阳仓库", "Fuyang depot", "depot", "fuyang", 30.0520, 119.9590),
    (DEFECTIVE, "不良品区", "Defective parts", "defective", "hangzhou", None, None),
    (SCRAP, "报废区", "Scrap", "scrap", "hangzhou", None, None),
]  # fmt: skip
RARE = "a90-keypad"  # on shelves only


@dataclass(frozen=True)
class Item:
    code: str
    zh: str
    en: str
    unit: str
    price: Decimal
    supplier: str
    model: str  # that it fits; empty: every one
    is_serialised: bool

    @property
    def price_class(self) -> str:
        return "a" if self.price >= 90 else "b" if self.price >= 20 else "c"


def short(model: str) -> str:
    """'a90' of 'orvane-a90', as the codes of its parts begin."""
    return model.partition("-")[2]


def catalogue() -> Iterator[Item]:
    for code, zh, en, price, models, supplier in OF_A_MODEL:
        for model in models:
            maker, name = model.split("-")
            seller, label = supplier or MAKER[maker], name.upper()
            yield Item(
                f"{name}-{code}", f"{label} {zh}", f"{label} {en}", "piece", Decimal(str(price)), seller, model,
                code in ("mainboard", "reader", "modem", "decoder"),
            )  # fmt: skip
    for code, zh, en, unit, price, supplier in FOR_ALL:
        yield Item(code, zh, en, unit, Decimal(str(price)), supplier, "", code == "router")


# What is used up: code (of the model's part where it begins with a dash), chance, at most. Repairs by their remedy.
Use = tuple[str, float, int]
BY_REMEDY: dict[str, list[Use]] = {
    "clean-printer": [("paper-57x40", 1, 3), ("cleaning-pen", 0.6, 1), ("-roller", 0.35, 1)],
    "clean-reader": [("cleaning-card", 0.8, 2), ("-reader", 0.15, 1)],
    "reconnect": [("sim-mobile", 0.4, 1), ("sim-unicom", 0.15, 1), ("-antenna", 0.15, 1), ("lan-3m", 0.15, 1),
                  ("-modem", 0.25, 1)],
    "new-adapter": [("-charger", 1, 1), ("power-strip", 0.1, 1)],
    "new-cable": [("-screen-cable", 1, 1), ("-cable", 1, 1)],
    "update": [("paper-57x40", 0.3, 2)],
    "explain": [("paper-57x40", 0.3, 2)],
    "new-battery": [("-battery", 1, 1), ("-back-cover", 0.15, 1)],
    "new-part": [("-power-module", 0.5, 1), ("-printer-head", 0.5, 1), ("-cone", 0.5, 1), ("-decoder", 0.3, 1)],
    "new-plate": [("-plate", 1, 1), ("-film", 0.5, 1), ("tape", 0.5, 1)],
}  # fmt: skip
BY_KIND: dict[str, list[Use]] = {
    "install": [("sim-mobile", 0.7, 1), ("paper-57x40", 1, 5), ("tape", 0.4, 1), ("lan-3m", 0.3, 1),
                ("cable-ties", 0.3, 1), ("swivel", 0.15, 1), ("lock", 0.1, 1), ("router", 0.04, 1)],
    "swap": [("sim-mobile", 0.5, 1), ("paper-57x40", 0.8, 3), ("labels", 0.2, 1)],
    "inspect": [("paper-57x40", 0.6, 3), ("wipes", 0.5, 1), ("qp1-film", 0.3, 1), ("v2-bracket", 0.05, 1)],
    "train": [("paper-57x40", 0.4, 2)],
    "activate": [("sim-telecom", 0.2, 1), ("paper-57x30", 0.3, 2)],
}  # fmt: skip
SURPRISE = 0.2  # of the repairs need one more part of the model, whichever
KIT = {
    "paper-57x40": 20, "sim-mobile": 4, "cable-ties": 2, "cleaning-card": 3, "cleaning-pen": 2, "tape": 3, "wipes": 4, "lan-3m": 3,
    "a90-charger": 2, "k9-battery": 3, "k9-charger": 2, "m3-charger": 1, "a90-screen-cable": 2, "k9-screen-cable": 1,
    "qp1-plate": 2, "qp1-film": 2, "v2-battery": 1,
}  # fmt: skip
