// Writes src/template/locale/cldr.json from the packages of the Unicode CLDR:
//   npm i cldr-numbers-full@48.2.0 cldr-dates-full@48.2.0
//   node locales.mjs node_modules >cldr.json
// The data are © Unicode, Inc., under the license Unicode-3.0 (https://www.unicode.org/license.txt).
import { readFileSync } from "node:fs";

const LOCALES = `
    bg ca cs da de de-AT de-BE de-CH de-LU el en en-AU en-BE en-CA en-DE en-GB en-IE en-IN
    en-NL en-NZ es es-MX et fi fr fr-BE fr-CA fr-CH fr-LU ga hr hu is it it-CH ja ko lt lv mt nb nl nl-BE nn
    no pl pt pt-PT ro ru sk sl sv sv-FI tr uk zh`.trim().split(/\s+/);
const CURRENCIES = `
    AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GEL HKD HUF IDR ILS INR ISK JPY KES KRW
    KWD KZT MAD MXN MYR NGN NOK NZD PEN PHP PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD UAH USD
    UYU VND XAF XCD XOF XPF ZAR`.trim().split(/\s+/);

const root = process.argv[2];
const read = (kind, locale, file) =>
    JSON.parse(readFileSync(`${root}/cldr-${kind}-full/main/${locale}/${file}.json`)).main[locale];

/** A pattern such as `#,##0.00 ¤` as what stands around the number, which is `#`. */
const around = (pattern) => pattern.replace(/[#0][#0,.]*/, "#").replaceAll("'", "");

/** The pattern of positive numbers and that of negative ones, in which `-` is the sign. */
const signed = (pattern) => {
    const [above, below] = pattern.split(";");
    return [around(above), around(below ?? `-${above}`)];
};

const names = (of) => Object.values(of);

/** The names of days in the form that the pattern of a full date asks for. */
const days = ({ days, dateFormats }) =>
    names(dateFormats.full.includes("cccc") ? days["stand-alone"].wide : days.format.wide);

const formats = (locale) => {
    const { numbers } = read("numbers", locale, "numbers");
    const { currencies } = read("numbers", locale, "currencies").numbers;
    const { gregorian } = read("dates", locale, "ca-gregorian").dates.calendars;
    if (numbers.defaultNumberingSystem !== "latn") throw new Error(locale);
    const symbols = numbers["symbols-numberSystem-latn"];
    const money = numbers["currencyFormats-numberSystem-latn"];
    const decimals = numbers["decimalFormats-numberSystem-latn"].standard;
    const group = /,(#+),/.exec(decimals)?.[1].length ?? 3;
    const [above, below] = signed(money.standard);
    const [aboveLetters, belowLetters] = signed(money["standard-alphaNextToNumber"] ?? money.standard);
    const known = CURRENCIES.map((code) => [code, currencies[code]?.symbol ?? code]);
    return {
        decimal: symbols.decimal,
        group: symbols.group,
        minus: symbols.minusSign,
        least_groups: Number(numbers.minimumGroupingDigits),
        higher_groups: group,
        money_decimal: symbols.currencyDecimal ?? symbols.decimal,
        money_group: symbols.currencyGroup ?? symbols.group,
        money: [above, below],
        money_letters: [aboveLetters, belowLetters],
        percent: signed(numbers["percentFormats-numberSystem-latn"].standard),
        symbols: Object.fromEntries(known.filter(([code, symbol]) => symbol !== code)),
        months: names(gregorian.months.format.wide),
        short_months: names(gregorian.months.format.abbreviated),
        days: days(gregorian),
        short_date: gregorian.dateFormats.short,
        long_date: gregorian.dateFormats.long,
        full_date: gregorian.dateFormats.full.replace("cccc", "EEEE"),
        time: gregorian.timeFormats.short,
        halves: [gregorian.dayPeriods.format.abbreviated.am, gregorian.dayPeriods.format.abbreviated.pm],
    };
};

/** What cannot be seen is written as its number. */
const visible = (json) =>
    json.replace(/[\u00a0\u202f\u2212]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** One field a line. */
const written = (locale) => {
    const line = ([name, value]) => visible(`${JSON.stringify(name)}: ${JSON.stringify(value)}`);
    const fields = Object.entries(formats(locale)).map(line);
    return `${JSON.stringify(locale)}: {\n  ${fields.join(",\n  ")}\n}`;
};

process.stdout.write(`{\n${LOCALES.map(written).join(",\n")}\n}\n`);
