"""Fault codes, articles and talk, Chinese and English side by side."""

# kind, code, Chinese, English, kind of terminal
FAULT_CODES = [
    ("symptom", "no-print", "不打印或卡纸", "Does not print, or jams", ""),
    ("symptom", "no-card", "刷卡无反应", "Does not read cards", ""),
    ("symptom", "no-network", "无法联网", "No network", ""),
    ("symptom", "no-power", "无法开机", "Does not switch on", ""),
    ("symptom", "dead-screen", "屏幕失灵", "Screen does not react", ""),
    ("symptom", "pay-fails", "交易失败", "Payments fail", ""),
    ("symptom", "how-to", "不会操作", "Does not know how", ""),
    ("symptom", "overheats", "过热关机", "Overheats and switches off", ""),
    ("symptom", "battery", "电池鼓包或不耐用", "Battery swells or does not last", ""),
    ("symptom", "worn-code", "码牌磨损", "QR code worn", "qr_plate"),
    ("symptom", "no-voice", "无到账播报", "Payments not announced", "speaker"),
    ("symptom", "no-charge", "充不进电", "Does not charge", ""),
    ("symptom", "no-scan", "扫码无反应", "Does not scan", ""),
    ("symptom", "other", "其他", "Something else", ""),
    ("cause", "printer", "打印机", "Printer", ""),
    ("cause", "reader", "读卡器", "Card reader", ""),
    ("cause", "power", "电源或电池", "Power or battery", ""),
    ("cause", "network", "网络", "Network", ""),
    ("cause", "screen", "屏幕", "Screen", ""),
    ("cause", "software", "软件", "Software", ""),
    ("cause", "handling", "操作不当或磨损", "Handling or wear", ""),
    ("cause", "other", "其他", "Something else", ""),
    ("remedy", "clean-printer", "清洁打印头", "Cleaned the print head", ""),
    ("remedy", "clean-reader", "清洁读卡器", "Cleaned the card reader", ""),
    ("remedy", "reconnect", "重新配网或换卡", "Set up the network anew", ""),
    ("remedy", "new-adapter", "更换电源适配器", "Replaced the power adapter", ""),
    ("remedy", "new-cable", "更换排线或数据线", "Replaced a cable", ""),
    ("remedy", "update", "升级程序并签到", "Updated the software, signed on", ""),
    ("remedy", "explain", "现场讲解", "Explained how it works", ""),
    ("remedy", "new-battery", "更换电池", "Replaced the battery", ""),
    ("remedy", "new-part", "更换部件", "Replaced a part", ""),
    ("remedy", "new-plate", "更换码牌", "Replaced the plate", "qr_plate"),
    ("remedy", "other", "其他", "Something else", ""),
]

# by the English words of demo.names.FAULTS
SYMPTOMS = {
    "The printer jams, no receipts": "no-print",
    "The card reader does not react": "no-card",
    "No network": "no-network",
    "Does not switch on": "no-power",
    "The screen does not react": "dead-screen",
    "Payments often fail": "pay-fails",
    "Does not know how to refund": "how-to",
    "Overheats and switches off": "overheats",
    "The battery swells, switches off soon": "battery",
    "The QR code is worn and cannot be scanned": "worn-code",
    "Payments are not announced": "no-voice",
    "Does not charge": "no-charge",
    "Does not scan": "no-scan",
}
REMEDIES = {
    "Cleaned the print head, new paper roll": "clean-printer",
    "Cleaned the head, reseated the reader": "clean-reader",
    "Reseated the SIM card, moved to Wi-Fi": "reconnect",
    "Replaced the power adapter": "new-adapter",
    "Replaced the screen cable": "new-cable",
    "Updated the software and signed on again": "update",
    "Showed how to refund": "explain",
    "New battery, cleaned the vents": "new-battery",
    "Replaced the battery": "new-battery",
    "Replaced the power module": "new-part",
    "Replaced the print head": "new-part",
    "Replaced the plate": "new-plate",
    "Connected it to the network again": "reconnect",
    "Replaced the cable": "new-cable",
}

# Chinese title, English title, Chinese text, English text, models, fault codes
ARTICLES: list[tuple[str, str, str, str, list[str], list[tuple[str, str]]]] = [
    (
        "打印机卡纸怎么清理", "The printer jams: how to clean it",
        "1. 打开纸仓盖，取出纸卷。\n2. 用棉签蘸**无水酒精**擦拭打印头。\n3. 滚轴上的纸屑用镊子取出，不要用刀。\n4. 装入新纸卷，热敏面朝外，打印测试页。",
        "1. Open the lid and take the roll out.\n2. Wipe the print head with a swab and **pure alcohol**.\n3. Take paper bits off the roller with tweezers, never with a knife.\n4. Put in a new roll, thermal side out, and print a test page.",
        [], [("symptom", "no-print"), ("remedy", "clean-printer")],
    ),
    (
        "刷卡没有反应", "The card reader does not react",
        "1. 用清洁卡来回刷三次。\n2. 仍无反应：关机，重插读卡模块排线。\n3. 菜单 → 自检 → 读卡器，看版本号能否读出。",
        "1. Swipe a cleaning card three times.\n2. Still nothing: switch off and reseat the reader's cable.\n3. Menu → Self test → Card reader: the version must show.",
        [], [("symptom", "no-card"), ("remedy", "clean-reader")],
    ),
    (
        "联不上网：先看信号再换卡", "No network: signal first, SIM card second",
        "- 信号低于 -100 dBm：换位置，或改用商户 Wi-Fi。\n- SIM 卡：取出擦净重插，看托盘是否变形。\n- APN 按机型说明核对，改完重启。",
        "- Below -100 dBm: find a better place, or use the shop's Wi-Fi.\n- SIM card: take it out, wipe it, put it back; look whether the tray is bent.\n- Compare the APN with the model's manual and restart.",
        [], [("symptom", "no-network"), ("remedy", "reconnect")],
    ),
    (
        "无法开机的检查顺序", "Does not switch on: what to check in which order",
        "1. 换一个已知正常的适配器，充电十分钟。\n2. 长按电源键 15 秒。\n3. 测电池电压：低于 3.3 V 换电池。\n4. 都不行：换机，带回检修。",
        "1. Charge for ten minutes with an adapter known to be good.\n2. Hold the power key for 15 seconds.\n3. Measure the battery: below 3.3 V replace it.\n4. None helps: swap the terminal and bring it in.",
        [], [("symptom", "no-power"), ("remedy", "new-adapter")],
    ),
    (
        "K9 过热关机", "K9 overheats and switches off",
        "K9 散热口积灰是常见原因。\n\n1. 关机，取下后盖。\n2. 用气吹清理散热口。\n3. 电池鼓包必须更换，**不得继续使用**。",
        "Dust in the vents is the usual reason.\n\n1. Switch off and take the back cover off.\n2. Blow the vents free.\n3. A swollen battery is replaced: **it must not be used on**.",
        ["kelin-k9"], [("symptom", "overheats"), ("remedy", "new-battery")],
    ),
    (
        "电池鼓包的处理", "A battery that swells",
        "1. 立即关机断电，不要按压电池。\n2. 更换电池，旧电池放入防火袋。\n3. 带回仓库登记报废。",
        "1. Switch off at once, do not press on the battery.\n2. Replace it; the old one goes into the fire bag.\n3. Hand it in at the warehouse to be scrapped.",
        [], [("symptom", "battery"), ("remedy", "new-battery")],
    ),
    (
        "屏幕失灵：先重插排线", "The screen does not react: reseat its cable first",
        "1. 重启并做触摸校准。\n2. 拆开后盖，重插或更换屏幕排线。\n3. 有裂纹：换机。",
        "1. Restart and calibrate the touch screen.\n2. Open the back, reseat or replace the screen's cable.\n3. Cracked: swap the terminal.",
        [], [("symptom", "dead-screen"), ("remedy", "new-cable")],
    ),
    (
        "交易经常失败", "Payments often fail",
        "1. 看错误码：91 为收单方，51 为余额，与终端无关。\n2. 升级程序到最新版本。\n3. 重新签到，做一笔测试交易再撤销。",
        "1. Look at the answer code: 91 is the acquirer, 51 the balance, neither is the terminal.\n2. Update the software.\n3. Sign on again, make a test payment and void it.",
        [], [("symptom", "pay-fails"), ("remedy", "update")],
    ),
    (
        "教商户做退款", "Teach the merchant to refund",
        "1. 当日交易用**撤销**，隔日用**退货**。\n2. 需要原交易凭证号和主管密码。\n3. 让店员自己做一遍。",
        "1. On the same day **void**, later **refund**.\n2. The receipt number and the supervisor's password are needed.\n3. Let the cashier do it once.",
        [], [("symptom", "how-to"), ("remedy", "explain")],
    ),
    (
        "音箱没有到账播报", "The speaker does not announce payments",
        "1. 看指示灯：红灯为断网。\n2. 按住配网键 5 秒，重新连接 Wi-Fi（仅 2.4 GHz）。\n3. 付一分钱测试。",
        "1. A red lamp means no network.\n2. Hold the set-up key for 5 seconds and connect to Wi-Fi again (2.4 GHz only).\n3. Pay one cent to test.",
        ["sonari-v2"], [("symptom", "no-voice"), ("remedy", "reconnect")],
    ),
    (
        "码牌磨损的更换", "Replace a worn QR plate",
        "1. 扫旧码牌确认商户。\n2. 新码牌绑定后再取下旧的。\n3. 用两部手机各扫一次。",
        "1. Scan the old plate to see whose it is.\n2. Bind the new one before the old one comes off.\n3. Scan it with two phones.",
        ["kelin-qp1"], [("symptom", "worn-code"), ("remedy", "new-plate")],
    ),
    (
        "扫码枪没有反应", "The scanner does not scan",
        "1. 换一个 USB 口。\n2. 更换数据线。\n3. 扫说明书上的“恢复出厂”码。",
        "1. Try another USB port.\n2. Replace the cable.\n3. Scan the code “factory settings” in its manual.",
        ["mintrix-s1"], [("symptom", "no-scan"), ("remedy", "new-cable")],
    ),
]  # fmt: skip

# by the engineer or by the office: what was said
THREADS: list[list[tuple[bool, tuple[str, str]]]] = [
    [
        (True, ("重启后还是报错，有人见过吗?", "Still the same error after a restart. Has anybody seen this?")),
        (False, ("看下程序版本，3.1 以下要先升级。", "Look at the software: below 3.1 it must be updated first.")),
        (True, ("升级后正常了，谢谢。", "Works after the update, thank you.")),
    ],
    [
        (True, ("商户说上周也坏过一次，是否直接换机?", "The merchant says it failed last week too. Swap it right away?")),
        (False, ("先换电池，还不行再换机。", "Try a new battery first, then swap it.")),
    ],
    [
        (True, ("地下一层没有信号，Wi-Fi 密码店长不知道。", "No signal on the lower floor, and nobody knows the Wi-Fi password.")),
        (False, ("我打电话给总店问密码。", "I am calling the head office for it.")),
        (False, ("已经发短信给你。", "I have sent it to you by text message.")),
        (True, ("连上了。", "Connected.")),
    ],
]  # fmt: skip
