"""Units and currencies by their signs, in English."""

from __future__ import annotations

from collections.abc import Mapping


def _rows(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]


#: A unit's sign: one of it, several.
UNITS: Mapping[str, tuple[str, str]] = {
    sign: (one, many)
    for signs, one, many in _rows("""
    km      | kilometer          | kilometers
    m       | meter              | meters
    dm      | decimeter          | decimeters
    cm      | centimeter         | centimeters
    mm      | millimeter         | millimeters
    µm μm um| micrometer         | micrometers
    nm      | nanometer          | nanometers
    kg      | kilogram           | kilograms
    g       | gram               | grams
    mg      | milligram          | milligrams
    µg μg   | microgram          | micrograms
    t       | ton                | tons
    L l     | liter              | liters
    ml mL   | milliliter         | milliliters
    h hr hrs| hour               | hours
    min mins| minute             | minutes
    s sec secs | second          | seconds
    ms      | millisecond        | milliseconds
    Hz      | hertz              | hertz
    kHz     | kilohertz          | kilohertz
    MHz     | megahertz          | megahertz
    GHz     | gigahertz          | gigahertz
    W       | watt               | watts
    kW      | kilowatt           | kilowatts
    MW      | megawatt           | megawatts
    GW      | gigawatt           | gigawatts
    Wh      | watt hour          | watt hours
    kWh     | kilowatt hour      | kilowatt hours
    MWh     | megawatt hour      | megawatt hours
    V       | volt               | volts
    kV      | kilovolt           | kilovolts
    mA      | milliampere        | milliamperes
    mAh     | milliampere hour   | milliampere hours
    J       | joule              | joules
    kJ      | kilojoule          | kilojoules
    cal     | calorie            | calories
    kcal    | kilocalorie        | kilocalories
    N       | newton             | newtons
    Pa      | pascal             | pascals
    hPa     | hectopascal        | hectopascals
    kPa     | kilopascal         | kilopascals
    bar     | bar                | bars
    dB      | decibel            | decibels
    Ω       | ohm                | ohms
    kB KB   | kilobyte           | kilobytes
    MB      | megabyte           | megabytes
    GB      | gigabyte           | gigabytes
    TB      | terabyte           | terabytes
    PB      | petabyte           | petabytes
    kbit kb | kilobit            | kilobits
    Mbit Mb | megabit            | megabits
    Gbit Gb | gigabit            | gigabits
    °C ℃    | degree Celsius     | degrees Celsius
    °F ℉    | degree Fahrenheit  | degrees Fahrenheit
    °       | degree             | degrees
    ha      | hectare            | hectares
    ft      | foot               | feet
    yd      | yard               | yards
    mi      | mile               | miles
    oz      | ounce              | ounces
    lb lbs  | pound              | pounds
    px      | pixel              | pixels
    """)
    for sign in signs.split()
}
#: Signs of a unit per another one.
RATES: Mapping[str, tuple[str, str]] = {
    "mph": ("mile per hour", "miles per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"),
    "kmh": ("kilometer per hour", "kilometers per hour"),
    "bpm": ("beat per minute", "beats per minute"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "fps": ("frame per second", "frames per second"),
    "dpi": ("dot per inch", "dots per inch"),
    "kbps": ("kilobit per second", "kilobits per second"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
}
#: A currency's sign or code: one, several, a hundredth of it, several; nothing where it has no hundredths.
CURRENCIES: Mapping[str, tuple[str, str, str, str]] = {
    sign: (one, many, cent, cents)
    for signs, one, many, cent, cents in _rows("""
    $         | dollar            | dollars            | cent   | cents
    US$ USD   | U S dollar        | U S dollars        | cent   | cents
    A$ AUD    | Australian dollar | Australian dollars | cent   | cents
    C$ CAD    | Canadian dollar   | Canadian dollars   | cent   | cents
    HK$ HKD   | Hong Kong dollar  | Hong Kong dollars  | cent   | cents
    NT$ TWD   | Taiwan dollar     | Taiwan dollars     |        |
    S$ SGD    | Singapore dollar  | Singapore dollars  | cent   | cents
    NZ$ NZD   | New Zealand dollar| New Zealand dollars| cent   | cents
    € EUR     | euro              | euros              | cent   | cents
    £ GBP     | pound             | pounds             | penny  | pence
    CN¥ CNY RMB ￥ | yuan         | yuan               |        |
    ¥ JPY JP¥ | yen               | yen                |        |
    ₹ INR     | rupee             | rupees             | paisa  | paise
    ₩ KRW     | won               | won                |        |
    ₽ RUB     | rouble            | roubles            | kopeck | kopecks
    CHF       | Swiss franc       | Swiss francs       | centime| centimes
    SEK       | Swedish krona     | Swedish kronor     |        |
    NOK       | Norwegian krone   | Norwegian kroner   |        |
    DKK       | Danish krone      | Danish kroner      |        |
    R$ BRL    | real              | reais              | centavo| centavos
    MXN       | Mexican peso      | Mexican pesos      |        |
    ZAR       | rand              | rand               | cent   | cents
    ₿ BTC     | bitcoin           | bitcoins           |        |
    """)
    for sign in signs.split()
}
#: What numbers of money are short for.
SCALES: Mapping[str, str] = {
    "k": "thousand",
    "K": "thousand",
    "m": "million",
    "M": "million",
    "mn": "million",
    "B": "billion",
    "bn": "billion",
    "tn": "trillion",
    "T": "trillion",
    **{word: word for word in ("hundred", "thousand", "million", "billion", "trillion")},
}
