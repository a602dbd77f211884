"""English, read aloud: each line as a speaker would say it, written down by hand."""

from __future__ import annotations

import pytest

from pipeline.plan.reading import read_aloud
from tests.pipeline.plan.reading.tables import rows

_AMERICAN = """
# Whole numbers and decimals
0 people => zero people
I have 3 apples and 21 pears. => I have three apples and twenty-one pears.
13 and 30 => thirteen and thirty
It is 101. => It is one hundred one.
999 steps => nine hundred ninety-nine steps
1000 steps => one thousand steps
10,001 => ten thousand one
1,234,567 => one million two hundred thirty-four thousand five hundred sixty-seven
2000000 => two million
3.14159 => three point one four one five nine
0.5 => zero point five
half is .5 => half is point five
12,345.60 => twelve thousand three hundred forty-five point six zero
3,000,000,000,000 => three trillion
1.5 million people => one point five million people
-5 and −3 => minus five and minus three
It was -5 outside. => It was minus five outside.
+7 => plus seven
~30 => about thirty
±2 => plus or minus two
>5 and ≤3 => more than five and at most three
007 => zero zero seven
1234567890123456 => one two three four five six seven eight nine zero one two three four five six
# Digits of other writings
３ and ٤ => three and four
① and ⑫ => one and twelve
# Places in a row
the 1st, 2nd, 3rd and 4th => the first, second, third and fourth
the 5th, 8th, 9th, 12th => the fifth, eighth, ninth, twelfth
the 20th, 21st, 100th => the twentieth, twenty-first, one hundredth
1,000th => one thousandth
No. 5 and #5 => number five and number five
§ 12 => section twelve
# Dates
2024-03-15 => March fifteenth, twenty twenty-four
2024-03-15T14:30 => March fifteenth, twenty twenty-four fourteen thirty
3/15/2024 => March fifteenth, twenty twenty-four
15/3/2024 => March fifteenth, twenty twenty-four
3/4/2024 => March fourth, twenty twenty-four
3/4/98 => March fourth, nineteen ninety-eight
15.03.2024 => March fifteenth, twenty twenty-four
March 15, 2024 was a Friday. => March fifteenth, twenty twenty-four was a Friday.
Jan. 5 => January fifth
on SEPT 1st => on September first
15 March 2024 => the fifteenth of March, twenty twenty-four
the 3rd of May => the third of May
3–5 March => the third to the fifth of March
March 3–5 => March third to fifth
In May 2024 sales rose. => In May twenty twenty-four sales rose.
It ends on 31 December. => It ends on the thirty-first of December.
12 may attend => twelve may attend
# Years
in 1905 => in nineteen oh five
in 1900 => in nineteen hundred
since 2000 => since two thousand
in 2005 => in two thousand five
in 2010 => in twenty ten
In 2024 sales rose. => In twenty twenty-four sales rose.
The 2024 results => The twenty twenty-four results
2024 results => two thousand twenty-four results
1500 people => one thousand five hundred people
2019-2021 => twenty nineteen to twenty twenty-one
2019–21 => twenty nineteen to twenty-one
the 1990s => the nineteen nineties
the '90s and the 20s => the nineties and the twenties
the 2010s => the twenty tens
mid-1990s => mid-nineteen nineties
# Times
14:30 => fourteen thirty
9:05 am => nine oh five a.m.
9am => nine a.m.
at 10 a.m. sharp => at ten a.m. sharp
It is 9 a.m. => It is nine a.m.
12:45 PM => twelve forty-five p.m.
at 9:00 => at nine o'clock
at 14:00 => at fourteen hundred
at 00:00 => at midnight
1:02:03 => one oh two and three seconds
14:00:01 => fourteen hours and one second
9:00–17:00 => nine o'clock to seventeen hundred
9am-5pm => nine a.m. to five p.m.
9-5pm => nine to five p.m.
25:10 => twenty-five to ten
# Money
$5 => five dollars
$1 => one dollar
$1,234.56 => one thousand two hundred thirty-four dollars and fifty-six cents
$1.01 => one dollar and one cent
$0.99 => ninety-nine cents
$0.00 => zero dollars
$5.00 => five dollars
$1.5 million => one point five million dollars
$3bn => three billion dollars
$5k => five thousand dollars
-$5 => minus five dollars
US$20 => twenty U S dollars
USD 5 and 5 USD => five U S dollars and five U S dollars
£3.50 => three pounds and fifty pence
€20 and 20€ => twenty euros and twenty euros
¥100 => one hundred yen
CNY 100 => one hundred yuan
$5–$10 => five to ten dollars
$5-10 million => five to ten million dollars
$1.255 => one point two five five dollars
# Shares
50% => fifty percent
3.5 % => three point five percent
-5% => minus five percent
10-20% => ten to twenty percent
10%–20% => ten to twenty percent
3‰ => three per thousand
# Measures
5 km => five kilometers
1 km => one kilometer
5-km run => five kilometer run
120 km/h => one hundred twenty kilometers per hour
3 m² => three square meters
2 m^3 => two cubic meters
9.81 m/s² => nine point eight one meters per second squared
20 °C => twenty degrees Celsius
-5°C => minus five degrees Celsius
72°F => seventy-two degrees Fahrenheit
90° => ninety degrees
16GB => sixteen gigabytes
10–15 kg => ten to fifteen kilograms
60 mph => sixty miles per hour
25 fps => twenty-five frames per second
5'10" => five feet ten
6′ => six feet
30 min => thirty minutes
5 in a row => five in a row
# Fractions
1/2 => one half
3/4 => three quarters
2/3 => two thirds
7/8 => seven eighths
2 1/2 => two and a half
2½ and ¾ => two and a half and three quarters
24/7 => twenty-four seven
50/50 => fifty fifty
9/5 => nine over five
# Telephones
Call +1 415-555-2671. => Call plus one, four one five, five five five, two six seven one.
(415) 555-2671 => four one five, five five five, two six seven one
555-1234 => five five five, one two three four
0800 123 456 => zero eight zero zero, one two three, four five six
+44 20 7946 0958 => plus four four, two zero, seven nine four six, zero nine five eight
# Ranges, scores and sums
pages 3-5 => pages three to five
10 – 20 => ten to twenty
16:9 => sixteen to nine
1920×1080 => one thousand nine hundred twenty by one thousand eighty
3 + 4 = 7 => three plus four equals seven
3 × 4 = 12 => three times four equals twelve
10 - 5 = 5 => ten minus five equals five
6 ÷ 2 => six divided by two
10x faster => ten times faster
50+ guests => fifty plus guests
# Within words
B2B, A4, mp3 => B two B, A four, mp three
5G, 4K and 3D => five G, four K and three D
COVID-19 => COVID nineteen
iPhone 15 => iPhone fifteen
a 5-minute break => a five-minute break
AT&T => AT and T
# Addresses and versions
www.example.com/help2 => w w w dot example dot com slash help two
https://example.org/a-b_c?x=1. => example dot org slash a dash b underscore c question mark x equals one.
See example.com. => See example dot com.
info@example.com => info at example dot com
v2.0 and version 2.0 => version two point zero and version two point zero
3.1.4 => three point one point four
192.168.0.1 => one nine two dot one six eight dot zero dot one
# Called, and no quantities
Call 911 now. => Call nine one one now.
Call 10 people. => Call ten people.
The code is 4821, ext. 204. => The code is four eight two one, ext. two zero four.
Error code 404. => Error code four zero four.
Flight BA2490 => Flight BA two four nine zero
FY2025 => FY twenty twenty-five
Python 3.10 and version 2.5 => Python three point ten and version two point five
UTC+8 and GMT-5 => UTC plus eight and GMT minus five
# Thousands parted by spaces
10 000 people => ten thousand people
12 500 € => twelve thousand five hundred euros
1 250 000 => one million two hundred fifty thousand
555 123 456 => five hundred fifty-five one hundred twenty-three four hundred fifty-six
# What is paid, tolerances, directions
$1/day => one dollar per day
$2.5/kg => two point five dollars per kilogram
5 ± 2 mm => five plus or minus two millimeters
50°N => fifty degrees north
90%+ => ninety percent plus
and/or => and/or
# Short forms
Dr. Smith vs. Mr. Jones => Doctor Smith versus Mister Jones
e.g. tea, coffee etc. => for example tea, coffee et cetera.
tea, coffee etc. for all => tea, coffee et cetera for all
St. John lives in Main St. => Saint John lives in Main Street.
"""
_BRITISH = """
101 and 1,005 => one hundred and one and one thousand and five
2,000,350 => two million three hundred and fifty
in 2005 => in two thousand and five
3/4/2024 => the third of April, twenty twenty-four
3/15/2024 => the fifteenth of March, twenty twenty-four
March 15 => March the fifteenth
2024-03-15 => the fifteenth of March, twenty twenty-four
£101.10 => one hundred and one pounds and ten pence
"""


@pytest.mark.parametrize(("written", "said"), rows(_AMERICAN))
def test_american(written: str, said: str) -> None:
    """What is written in figures is said as in the United States, which is what plain ``en`` means."""
    assert read_aloud(written, "en") == said
    assert read_aloud(written, "en-US") == said


@pytest.mark.parametrize(("written", "said"), rows(_BRITISH))
def test_british(written: str, said: str) -> None:
    """In Britain "and" stands before tens, and the day before the month; so it does in Australia."""
    assert read_aloud(written, "en-GB") == said
    assert read_aloud(written, "en_AU") == said
