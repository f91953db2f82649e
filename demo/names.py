"""Names, addresses and sentences, Chinese and English side by side."""

import random

from demo.places import District

SURNAMES = [
    ("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang"), ("黄", "Huang"),
    ("赵", "Zhao"), ("吴", "Wu"), ("周", "Zhou"), ("徐", "Xu"), ("孙", "Sun"), ("马", "Ma"), ("朱", "Zhu"), ("胡", "Hu"),
    ("郭", "Guo"), ("何", "He"), ("高", "Gao"), ("林", "Lin"), ("罗", "Luo"), ("郑", "Zheng"), ("梁", "Liang"),
    ("谢", "Xie"), ("宋", "Song"), ("唐", "Tang"), ("许", "Xu"), ("韩", "Han"), ("冯", "Feng"), ("邓", "Deng"), ("沈", "Shen"),
]  # fmt: skip
GIVEN = [
    ("伟", "Wei"), ("芳", "Fang"), ("娜", "Na"), ("敏", "Min"), ("静", "Jing"), ("丽", "Li"), ("强", "Qiang"), ("磊", "Lei"),
    ("军", "Jun"), ("洋", "Yang"), ("勇", "Yong"), ("艳", "Yan"), ("杰", "Jie"), ("涛", "Tao"), ("明", "Ming"), ("超", "Chao"),
    ("霞", "Xia"), ("平", "Ping"), ("刚", "Gang"), ("桂英", "Guiying"), ("建国", "Jianguo"), ("晓东", "Xiaodong"),
    ("雪梅", "Xuemei"), ("志强", "Zhiqiang"), ("海燕", "Haiyan"), ("俊杰", "Junjie"), ("文婷", "Wenting"), ("浩然", "Haoran"),
    ("子轩", "Zixuan"), ("雨桐", "Yutong"), ("佳怡", "Jiayi"), ("国庆", "Guoqing"), ("小红", "Xiaohong"), ("鹏飞", "Pengfei"),
]  # fmt: skip
BRANDS = [
    ("福满", "Fortune"), ("聚源", "Juyuan"), ("西湖", "West Lake"), ("知味", "Zhiwei"), ("老杭州", "Old Hangzhou"),
    ("鑫隆", "Xinlong"), ("百顺", "Baishun"), ("江南", "Jiangnan"), ("龙井", "Longjing"), ("好邻居", "Good Neighbour"),
    ("天天", "Every Day"), ("万家", "Wanjia"), ("吉祥", "Lucky"), ("东方", "Oriental"), ("锦绣", "Jinxiu"), ("永乐", "Yongle"),
    ("春华", "Spring"), ("红叶", "Red Leaf"), ("金桂", "Golden Osmanthus"), ("运河", "Canal"), ("钱江", "Qianjiang"),
    ("和平", "Peace"), ("同心", "Tongxin"), ("三潭", "Santan"), ("青禾", "Qinghe"), ("大名", "Daming"), ("阿婆", "Grandma"),
    ("宏达", "Hongda"), ("新世纪", "New Century"), ("云栖", "Yunqi"), ("南山", "South Hill"), ("白鹭", "Egret"),
    ("一品", "Yipin"), ("小城", "Little Town"), ("满堂", "Mantang"), ("顺发", "Shunfa"), ("兴旺", "Xingwang"),
    ("星辰", "Stars"), ("晨光", "Morning Light"), ("古道", "Old Road"),
]  # fmt: skip
SHOPS: dict[str, list[tuple[str, str]]] = {
    "restaurant": [
        ("小吃店", "Diner"),
        ("酒家", "Restaurant"),
        ("家常菜", "Home Cooking"),
        ("海鲜楼", "Seafood House"),
    ],
    "hotpot": [("火锅", "Hotpot"), ("老灶火锅", "Old Stove Hotpot")],
    "noodles": [("面馆", "Noodles"), ("片儿川面馆", "Pian'erchuan Noodles")],
    "bakery": [("烘焙坊", "Bakery"), ("糕点铺", "Pastry Shop")],
    "tea": [("茶铺", "Tea House"), ("奶茶", "Milk Tea")],
    "coffee": [("咖啡", "Coffee")],
    "convenience": [("便利店", "Convenience Store"), ("烟杂店", "Corner Shop")],
    "supermarket": [("超市", "Supermarket"), ("生活超市", "Daily Supermarket")],
    "fruit": [("水果店", "Fruit"), ("鲜果", "Fresh Fruit")],
    "butcher": [("鲜肉铺", "Butcher"), ("生鲜店", "Fresh Food")],
    "liquor": [("烟酒行", "Tobacco and Liquor")],
    "pharmacy": [("大药房", "Pharmacy")],
    "clinic": [("诊所", "Clinic"), ("中医馆", "Chinese Medicine")],
    "dentist": [("口腔", "Dental Clinic")],
    "optician": [("眼镜", "Opticians")],
    "clothing": [("服饰", "Fashion"), ("女装", "Ladies' Wear"), ("童装", "Children's Wear")],
    "shoes": [("鞋店", "Shoes")],
    "jewellery": [("珠宝", "Jewellery"), ("金店", "Gold")],
    "cosmetics": [("美妆", "Beauty")],
    "hairdresser": [("美发", "Hair"), ("造型", "Hair Studio")],
    "fitness": [("健身", "Gym")],
    "hotel": [("酒店", "Hotel"), ("宾馆", "Guest House"), ("民宿", "Inn")],
    "karaoke": [("KTV", "Karaoke")],
    "bookshop": [("书店", "Books")],
    "stationery": [("文具", "Stationery")],
    "electronics": [("数码", "Digital"), ("手机店", "Phones")],
    "hardware": [("五金", "Hardware")],
    "petrol": [("加油站", "Petrol Station")],
    "car-repair": [("汽修", "Car Repair"), ("汽车美容", "Car Care")],
    "pets": [("宠物", "Pets")],
}
COMMON = {"restaurant": 5, "noodles": 3, "tea": 3, "convenience": 5, "clothing": 4, "fruit": 3, "supermarket": 2,
          "hairdresser": 3, "pharmacy": 2, "hotel": 2, "coffee": 2, "petrol": 0.5, "karaoke": 0.5}  # fmt: skip
CHAINS = [  # trade, Chinese, English
    ("tea", "茗溪茶饮", "Mingxi Tea"), ("coffee", "慢半拍咖啡", "Half Beat Coffee"), ("convenience", "邻里便利", "Linli Convenience"),
    ("pharmacy", "康宁大药房", "Kangning Pharmacy"), ("noodles", "三碗面馆", "Three Bowls Noodles"),
    ("bakery", "麦香坊", "Maixiang Bakery"), ("supermarket", "乐惠超市", "Lehui Supermarket"), ("hotel", "栖居酒店", "Qiju Hotel"),
    ("hotpot", "九里火锅", "Nine Li Hotpot"), ("optician", "明视眼镜", "Mingshi Opticians"), ("fruit", "果然鲜", "Guoran Fruit"),
    ("clothing", "素缕服饰", "Sulü Fashion"),
]  # fmt: skip
ROLES = [("老板", "Owner"), ("店长", "Shop manager"), ("收银员", "Cashier")]

# what is wrong, and what was done about it, by kind of terminal
FAULTS: dict[str, list[tuple[tuple[str, str], tuple[str, str], str]]] = {
    "pos": [
        (("打印机卡纸，小票打不出来", "The printer jams, no receipts"), ("清理打印头并更换纸卷", "Cleaned the print head, new paper roll"), "printer"),
        (("刷卡没有反应", "The card reader does not react"), ("清洁磁头，重插读卡模块", "Cleaned the head, reseated the reader"), "reader"),
        (("联不上网", "No network"), ("重插SIM卡并改用Wi-Fi", "Reseated the SIM card, moved to Wi-Fi"), "network"),
        (("无法开机", "Does not switch on"), ("更换电源适配器", "Replaced the power adapter"), "power"),
        (("屏幕失灵", "The screen does not react"), ("更换屏幕排线", "Replaced the screen cable"), "screen"),
        (("交易经常失败", "Payments often fail"), ("升级程序并重新签到", "Updated the software and signed on again"), "software"),
        (("不会做退款，求助", "Does not know how to refund"), ("现场演示退款操作", "Showed how to refund"), "handling"),
    ],
    "hot": [
        (("机身过热自动关机", "Overheats and switches off"), ("更换电池并清理散热口", "New battery, cleaned the vents"), "power"),
        (("电池鼓包，用一会就关机", "The battery swells, switches off soon"), ("更换电池", "Replaced the battery"), "power"),
        (("无法开机", "Does not switch on"), ("更换主板电源模块", "Replaced the power module"), "power"),
        (("打印机卡纸，小票打不出来", "The printer jams, no receipts"), ("更换打印头", "Replaced the print head"), "printer"),
    ],
    "qr_plate": [
        (("二维码磨损扫不出", "The QR code is worn and cannot be scanned"), ("更换码牌", "Replaced the plate"), "handling"),
    ],
    "speaker": [
        (("没有到账播报", "Payments are not announced"), ("重新配网", "Connected it to the network again"), "network"),
        (("充不进电", "Does not charge"), ("更换电池", "Replaced the battery"), "power"),
    ],
    "scanner": [
        (("扫码没有反应", "Does not scan"), ("更换数据线", "Replaced the cable"), "power"),
    ],
}  # fmt: skip
WANTED: dict[str, list[tuple[str, str]]] = {
    "install": [("新商户装机", "Install for a new merchant"), ("增装一台终端", "One more terminal")],
    "swap": [("旧机频繁故障，申请换机", "Old terminal fails again and again, please swap"), ("机型升级换机", "Swap for a newer model")],
    "retrieve": [("闭店撤机", "The shop closes, take the terminal away"), ("终端闲置，申请撤机", "Not used any more, take it away")],
    "inspect": [("季度巡检", "Quarterly inspection"), ("重点商户月度巡检", "Monthly inspection of a key account")],
    "activate": [("终端重新激活", "Activate the terminal again")],
    "train": [("新店员收银培训", "Training of new cashiers"), ("退款与对账培训", "Training on refunds and reconciliation")],
}  # fmt: skip
DONE: dict[str, list[tuple[str, str]]] = {
    "install": [("装机完成，测试交易正常", "Installed, test payment went through")],
    "swap": [("已换新机，测试交易正常", "Swapped, test payment went through")],
    "retrieve": [("终端已取回", "Terminal taken back")],
    "inspect": [("设备正常，贴纸完好", "Terminal in order, sticker in place"), ("已清洁设备并更新贴纸", "Cleaned the terminal, new sticker")],
    "activate": [("激活成功", "Activated")],
    "train": [("培训完成，店员可独立操作", "Trained, the cashiers manage on their own")],
}  # fmt: skip
REJECTIONS = [("路太远，来不及", "Too far, I cannot make it"), ("手上订单太多", "Too many orders in hand"),
              ("没有备件", "No spare part with me"), ("车坏了", "My car broke down")]  # fmt: skip
EXCUSES = [
    ("不想去那个片区", "I do not go to that area"),
    ("太忙", "Too busy"),
    ("改天再说", "Another day"),
    ("路太远", "Too far"),
]  # of one engineer
CANCELLATIONS = [
    ("商户自行解决", "The merchant solved it"),
    ("重复报修", "Reported twice"),
    ("商户歇业", "The shop is closed for now"),
]
PAUSES = {"merchant": [("店长不在，需等待", "The manager is out")], "part": [("等待打印头到货", "Waiting for a print head")],
          "support": [("等待后台重新下发密钥", "Waiting for new keys")]}  # fmt: skip
NO_POSITION = [
    ("地下商场没有定位", "No position in the basement mall"),
    ("商户已搬到隔壁楼", "The shop moved next door"),
]
PRAISE = [
    ("师傅很专业", "Very professional"),
    ("来得很快", "Came quickly"),
    ("态度好，讲解清楚", "Friendly, explained well"),
    ("", ""),
]
FAIR = [("一般", "All right"), ("等得有点久", "Had to wait a little"), ("", "")]
SETTLED = [("已致电道歉，商户表示满意", "Called and apologised, the merchant is content")]

BLAME = [
    ("等了两天才来", "Came after two days"),
    ("没修好，又坏了", "Broke again"),
    ("态度不好", "Unfriendly"),
    ("", ""),
]


class Wording:
    """Picks names in one language, by one source of chance."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.rng = rng
        self.is_chinese = language.startswith("zh")

    def of(self, pair: tuple[str, str]) -> str:
        return pair[0] if self.is_chinese else pair[1]

    def one(self, pairs: list[tuple[str, str]]) -> str:
        return self.of(self.rng.choice(pairs))

    def person(self) -> tuple[str, str]:
        """A name, and how it is spelled as a user name."""
        surname, given = self.rng.choice(SURNAMES), self.rng.choice(GIVEN)
        shown = surname[0] + given[0] if self.is_chinese else f"{given[1]} {surname[1]}"
        return shown, f"{surname[1]}.{given[1]}".lower()

    def phone(self) -> str:
        return f"{self.rng.choice((130, 135, 136, 138, 139, 150, 157, 186, 188))}{self.rng.randrange(10**8):08d}"

    def shop(self, trade: str) -> str:
        brand, kind = self.rng.choice(BRANDS), self.rng.choice(SHOPS[trade])
        return brand[0] + kind[0] if self.is_chinese else f"{brand[1]} {kind[1]}"

    def branch(self, name: str, street: tuple[str, str]) -> str:
        return f"{name}（{street[0]}店）" if self.is_chinese else f"{name}, {street[1]}"

    def address(self, city: tuple[str, str], district: District, street: tuple[str, str]) -> str:
        number = self.rng.randint(1, 880)
        if self.is_chinese:
            return f"{city[0]}市{district.zh}{street[0]}{number}号"
        return f"{number} {street[1]}, {district.en}, {city[1]}"
