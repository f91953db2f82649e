"""What may be imported, and how customers' spreadsheets name it. Pure."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from toolkit.search import plain


@dataclass(frozen=True)
class Column:
    name: str
    label: Any
    headers: tuple[str, ...]  # as spreadsheets spell it
    is_required: bool = False


COLUMNS: dict[str, list[Column]] = {
    "merchants": [
        Column("name", _("Name"), ("name", "store name", "merchant name", "shop", "名称", "商户名称", "店名", "门店名称"), True),
        Column("external_id", _("Outside number"), ("store number", "merchant number", "code", "id", "商户号", "商户编号", "门店编号", "编号")),
        Column("chain", _("Chain or head office"), ("brand", "chain", "head office", "品牌", "总店", "连锁")),
        Column("address", _("Address"), ("street address", "address", "地址", "详细地址", "经营地址")),
        Column("region", _("Region, city or district"), ("city", "region", "district", "城市", "地区", "区县", "所在地区")),
        Column("phone", _("Phone"), ("phone number", "phone", "tel", "mobile", "电话", "联系电话", "手机", "手机号")),
        Column("contact", _("Contact person"), ("contact", "contact name", "联系人")),
        Column("email", _("Mail address"), ("email", "mail", "邮箱")),
        Column("trade", _("Trade"), ("trade", "category", "industry", "mcc", "行业", "类别")),
        Column("tier", _("Tier"), ("tier", "level", "等级", "商户等级")),
        Column("lat", _("Latitude"), ("latitude", "lat", "纬度")),
        Column("lon", _("Longitude"), ("longitude", "lon", "lng", "经度")),
        Column("first_transaction_on", _("First transaction on"), ("first transaction", "first transaction on", "first sale", "首笔交易", "首笔交易日期", "首刷日期")),
        Column("acquirer_code", _("Acquirer code (live there already)"), ("acquirer", "acquirer code", "收单机构", "收单机构代码", "收单机构号")),
        Column("note", _("Note"), ("note", "remark", "备注")),
    ],
    "leads": [
        Column("name", _("Name"), ("name", "store name", "shop name", "shop", "company", "名称", "店名", "门店名称", "商户名称", "店铺名称", "线索名称"), True),
        Column("external_id", _("Outside number"), ("store number", "lead number", "code", "id", "线索编号", "线索号", "门店编号", "编号")),
        Column("address", _("Address"), ("street address", "address", "地址", "详细地址", "经营地址", "门店地址")),
        Column("region", _("Region, city or district"), ("city", "region", "district", "城市", "地区", "区县", "所在地区")),
        Column("phone", _("Phone"), ("phone number", "phone", "tel", "mobile", "电话", "联系电话", "手机", "手机号")),
        Column("contact_name", _("Contact person"), ("contact", "contact name", "联系人", "老板", "负责人")),
        Column("trade", _("Trade"), ("trade", "category", "industry", "mcc", "行业", "类别", "业态")),
        Column("lat", _("Latitude"), ("latitude", "lat", "纬度")),
        Column("lon", _("Longitude"), ("longitude", "lon", "lng", "经度")),
        Column("potential", _("Potential, 0 to 100"), ("potential", "score", "潜力", "评分")),
        Column("note", _("Note"), ("note", "remark", "备注")),
    ],
    "terminals": [
        Column("serial", _("Serial number"), ("serial", "serial number", "sn", "序列号", "机身号", "终端序列号"), True),
        Column("model", _("Model"), ("model", "terminal model", "type", "型号", "机型"), True),
        Column("tid", _("Terminal number (TID)"), ("tid", "terminal id", "terminal number", "终端号")),
        Column("merchant", _("Merchant (number or outside number)"), ("merchant", "merchant number", "store number", "商户号", "商户编号")),
        Column("region", _("Region, city or district"), ("city", "region", "district", "城市", "地区")),
        Column("firmware", _("Firmware"), ("firmware", "version", "固件", "版本")),
        Column("acquirer_code", _("Acquirer code"), ("acquirer", "acquirer code", "收单机构", "收单机构代码", "收单机构号")),
        Column("merchant_code", _("Merchant code"), ("merchant code", "acquirer merchant number", "商户代码", "收单商户号")),
        Column("credit_code", _("Unified social credit code"), ("credit code", "unified social credit code", "信用代码", "统一社会信用代码")),
        Column("settlement_account", _("Settlement account"), ("settlement account", "bank account", "结算账户", "结算账号")),
        Column("received_on", _("Received on"), ("received", "received on", "入库日期", "收货日期")),
    ],
    "takings": [
        Column("merchant", _("Merchant (number, outside number or merchant code)"), ("merchant", "merchant number", "merchant code", "store number", "商户号", "商户编号", "商户代码", "收单商户号"), True),
        Column("acquirer_code", _("Acquirer code"), ("acquirer", "acquirer code", "收单机构", "收单机构代码", "收单机构号")),
        Column("day", _("Day"), ("day", "date", "transaction date", "settlement date", "日期", "交易日期", "清算日期"), True),
        Column("count", _("Number of transactions"), ("count", "number", "transactions", "number of transactions", "笔数", "交易笔数"), True),
        Column("amount", _("Amount before refunds"), ("amount", "total", "volume", "turnover", "金额", "交易金额", "交易总额"), True),
        Column("refunds", _("Refunds"), ("refunds", "refund", "refunded", "退款", "退款金额", "退货金额")),
        Column("terminals", _("Terminals that were used"), ("terminals", "active terminals", "终端数", "活跃终端数")),
    ],
    "card_keys": [
        Column("serial", _("Serial number"), ("serial", "serial number", "card serial", "sn", "序列号", "卡号", "卡密序列号", "流水号"), True),
        Column("on", _("Activated on"), ("date", "day", "time", "activated", "activated on", "activated at", "activation date", "激活日期", "激活时间", "日期", "时间"), True),
    ],
}  # fmt: skip


def suggest(kind: str, headers: list[str]) -> dict[str, str]:
    """A first mapping {our column: their header}: exact spellings first, then headers that contain one."""
    spelled = {plain(header): header for header in reversed(headers)}
    mapping: dict[str, str] = {}
    for column in COLUMNS[kind]:
        for spelling in map(plain, column.headers):
            if spelling in spelled and spelled[spelling] not in mapping.values():
                mapping[column.name] = spelled[spelling]
                break
    for column in COLUMNS[kind]:
        if column.name in mapping:
            continue
        telling = [spelling for spelling in map(plain, column.headers) if len(spelling) > 3 or not spelling.isascii()]
        for key, header in reversed(spelled.items()):
            if header not in mapping.values() and any(spelling in key for spelling in telling):
                mapping[column.name] = header
                break
    return mapping
