"""Units and currencies by their signs, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pairs(text: str) -> dict[str, str]:
    rows = (line.split() for line in text.strip().splitlines())
    return {sign: row[-1] for row in rows for sign in row[:-1]}


#: A unit's signs, and what it is called.
UNITS: Mapping[str, str] = _pairs("""
    km KM 公里
    m 米
    dm 分米
    cm CM 厘米
    mm MM 毫米
    µm μm um 微米
    nm 纳米
    kg KG Kg 公斤
    g 克
    mg 毫克
    µg μg 微克
    t 吨
    L l 升
    ml mL ML 毫升
    h 小时
    min 分钟
    s 秒
    ms 毫秒
    Hz 赫兹
    kHz 千赫兹
    MHz 兆赫兹
    GHz 吉赫兹
    W 瓦
    kW KW 千瓦
    MW 兆瓦
    GW 吉瓦
    kWh 千瓦时
    V 伏
    kV 千伏
    A 安
    mA 毫安
    mAh 毫安时
    J 焦耳
    kJ 千焦
    cal 卡
    kcal 千卡
    N 牛
    Pa 帕
    hPa 百帕
    kPa 千帕
    MPa 兆帕
    dB 分贝
    Ω 欧姆
    °C ℃ 摄氏度
    °F ℉ 华氏度
    ° 度
    ha 公顷
    px 像素
    dpi 点每英寸
    fps 帧每秒
    rpm 转每分钟
    Mbps 兆比特每秒
    Gbps 吉比特每秒
""")
#: A currency's signs, and what it is called.
CURRENCIES: Mapping[str, str] = _pairs("""
    ¥ ￥ CN¥ CNY RMB 元
    $ US$ USD 美元
    HK$ HKD 港元
    NT$ TWD 新台币
    S$ SGD 新加坡元
    A$ AUD 澳元
    C$ CAD 加元
    € EUR 欧元
    £ GBP 英镑
    JP¥ JPY 日元
    ₩ KRW 韩元
    ₹ INR 卢比
    ₽ RUB 卢布
    CHF 瑞士法郎
    ₿ BTC 比特币
""")
#: What counts things, so that two of them are 两. 月 and 日 name, and do not count.
COUNTERS = _words("""
    个 位 名 只 件 条 张 本 台 辆 家 座 次 遍 回 场 块 片 种 类 天 周 年 人 岁 分钟 小时 秒 点 步 层 间 套
    公里 公斤 米 克 吨 升 厘米 毫米 元 美元 里 尺 寸 度 处 款 颗 份 杯 瓶 盒 箱 支 枝 根 棵 朵 头 匹 艘 架
    部 首 句 段 页 行 列 排 组 队 批 门 项 倍 成 斤 两 双 对 把 扇 幅 篇 封 顿 口 户 群 笔 代 半 千 万 亿 百
    者 国 边 侧 端 個 隻 條 張 臺 輛 場 塊 種 類 週 歲 分鐘 小時 點 層 間 門 項 隊 組 頁 頭 雙 對 戶 筆 國
    邊 側 萬 億 兩 處 顆 頓 釐米
""")
#: From simplified to traditional, for what these rules write.
TRADITIONAL = str.maketrans(
    "万亿两点负号约与减于号秒钟时块兆瓦为厘纳顷韩镑卢币欧远码项斜杠",
    "萬億兩點負號約與減於號秒鐘時塊兆瓦為釐納頃韓鎊盧幣歐遠碼項斜槓",
)
