"""Where the company works: Hangzhou with its districts and a little of Ningbo. Middles are WGS-84 and approximate."""

import random
from dataclasses import dataclass
from math import cos, radians

from workforce.models import Region

KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class District:
    code: str
    zh: str
    en: str
    lat: float
    lon: float
    share: float  # of all merchants, per cent
    core_km: float  # in which most merchants lie
    edge_km: float
    streets: tuple[tuple[str, str], ...]

    def place(self, rng: random.Random) -> tuple[float, float]:
        """Dense in the middle, thin at the edge."""
        spread = self.core_km if rng.random() < 0.7 else self.edge_km
        north, east = rng.gauss(0, spread), rng.gauss(0, spread)
        lat = self.lat + north / KM_PER_DEGREE
        return round(lat, 6), round(self.lon + east / KM_PER_DEGREE / cos(radians(lat)), 6)


HANGZHOU = [
    District("shangcheng", "上城区", "Shangcheng", 30.2440, 120.1790, 17, 1.3, 4,
             (("解放路", "Jiefang Road"), ("延安路", "Yan'an Road"), ("河坊街", "Hefang Street"), ("庆春路", "Qingchun Road"),
              ("凤起路", "Fengqi Road"), ("江城路", "Jiangcheng Road"), ("中山中路", "Middle Zhongshan Road"))),
    District("gongshu", "拱墅区", "Gongshu", 30.3050, 120.1480, 14, 1.5, 4,
             (("莫干山路", "Moganshan Road"), ("湖墅南路", "South Hushu Road"), ("大关路", "Daguan Road"),
              ("丽水路", "Lishui Road"), ("石祥路", "Shixiang Road"), ("台州路", "Taizhou Road"))),
    District("xihu", "西湖区", "Xihu", 30.2810, 120.1140, 15, 1.6, 4.5,
             (("文三路", "Wensan Road"), ("文一西路", "West Wenyi Road"), ("天目山路", "Tianmushan Road"),
              ("古墩路", "Gudun Road"), ("学院路", "Xueyuan Road"), ("转塘街", "Zhuantang Street"), ("教工路", "Jiaogong Road"))),
    District("binjiang", "滨江区", "Binjiang", 30.2060, 120.2110, 8, 1.4, 3,
             (("江南大道", "Jiangnan Avenue"), ("滨盛路", "Binsheng Road"), ("网商路", "Wangshang Road"),
              ("西兴路", "Xixing Road"), ("长河路", "Changhe Road"))),
    District("xiaoshan", "萧山区", "Xiaoshan", 30.1660, 120.2640, 13, 2.2, 7,
             (("市心中路", "Middle Shixin Road"), ("人民路", "Renmin Road"), ("金城路", "Jincheng Road"),
              ("通惠路", "Tonghui Road"), ("育才路", "Yucai Road"), ("萧绍路", "Xiaoshao Road"))),
    District("yuhang", "余杭区", "Yuhang", 30.2780, 119.9950, 11, 2, 6,
             (("文一西路", "West Wenyi Road"), ("良睦路", "Liangmu Road"), ("高教路", "Gaojiao Road"),
              ("禹航路", "Yuhang Road"), ("仓前街", "Cangqian Street"))),
    District("linping", "临平区", "Linping", 30.4200, 120.3000, 6, 1.8, 5,
             (("南苑街", "Nanyuan Street"), ("迎宾路", "Yingbin Road"), ("北大街", "Beida Street"), ("星光街", "Xingguang Street"))),
    District("qiantang", "钱塘区", "Qiantang", 30.3100, 120.3480, 5, 1.8, 5,
             (("学源街", "Xueyuan Street"), ("下沙路", "Xiasha Road"), ("金沙大道", "Jinsha Avenue"), ("文泽路", "Wenze Road"))),
    District("fuyang", "富阳区", "Fuyang", 30.0500, 119.9550, 4, 1.5, 5,
             (("迎宾路", "Yingbin Road"), ("桂花路", "Guihua Road"), ("江滨西大道", "West Jiangbin Avenue"))),
    District("linan", "临安区", "Lin'an", 30.2330, 119.7220, 2.5, 1.2, 4,
             (("钱王街", "Qianwang Street"), ("锦城街", "Jincheng Street"), ("万马路", "Wanma Road"))),
    District("tonglu", "桐庐县", "Tonglu", 29.7930, 119.6910, 1.5, 1, 3,
             (("迎春南路", "South Yingchun Road"), ("富春路", "Fuchun Road"))),
    District("chunan", "淳安县", "Chun'an", 29.6080, 119.0420, 1, 1, 2.5,
             (("新安大街", "Xin'an Avenue"), ("环湖北路", "North Huanhu Road"))),
    District("jiande", "建德市", "Jiande", 29.4750, 119.2810, 1, 1, 2.5,
             (("新安路", "Xin'an Road"), ("白沙路", "Baisha Road"))),
]  # fmt: skip
NINGBO = [
    District("haishu", "海曙区", "Haishu", 29.8680, 121.5450, 0.5, 1.2, 3,
             (("中山西路", "West Zhongshan Road"), ("药行街", "Yaohang Street"))),
    District("yinzhou", "鄞州区", "Yinzhou", 29.8180, 121.5600, 0.5, 1.4, 3,
             (("钱湖北路", "North Qianhu Road"), ("天童南路", "South Tiantong Road"))),
]  # fmt: skip
WEAK = "xiaoshan"  # the district that is slow and badly rated
CITIES = {
    "hangzhou": ("杭州", "Hangzhou", 30.2741, 120.1551, HANGZHOU),
    "ningbo": ("宁波", "Ningbo", 29.8683, 121.5440, NINGBO),
}
DISTRICTS = {district.code: district for district in (*HANGZHOU, *NINGBO)}
CITY_OF = {district.code: code for code, city in CITIES.items() for district in city[-1]}


def make_regions(language: str) -> dict[str, Region]:
    """Company, province, cities and districts by code."""
    is_chinese = language.startswith("zh")
    company = Region.objects.create(
        code="company", name="田环支付服务" if is_chinese else "Fieldloop Payments", lat=30.2741, lon=120.1551
    )
    province = Region.objects.create(
        code="zhejiang", name="浙江省" if is_chinese else "Zhejiang", parent=company, aliases="浙江,浙江省,Zhejiang"
    )
    regions = {"company": company, "zhejiang": province}
    for code, (zh, en, lat, lon, districts) in CITIES.items():
        city = regions[code] = Region.objects.create(
            code=code,
            name=f"{zh}市" if is_chinese else en,
            parent=province,
            lat=lat,
            lon=lon,
            aliases=f"{zh},{zh}市,{en}",
        )
        for district in districts:
            regions[district.code] = Region.objects.create(
                code=district.code,
                name=district.zh if is_chinese else district.en,
                parent=city,
                lat=district.lat,
                lon=district.lon,
                aliases=f"{district.zh},{district.zh[:-1]},{zh}市{district.zh},{district.en}",
            )
    return regions


def heaps(count: int) -> list[list[District]]:
    """The districts in so many heaps of about the same weight; Ningbo stays whole, since its people serve all of it."""
    found: list[list[District]] = [[] for _heap in range(count)]
    for unit in [NINGBO, *([district] for district in sorted(HANGZHOU, key=lambda district: -district.share))]:
        lightest = min(found, key=lambda heap: sum(district.share for district in heap))
        lightest.extend(unit)
    return found
