// Writes intl.json: what ECMAScript's Intl, which is ICU, makes of amounts, numbers and dates.
//   node intl.mjs >intl.json      (the file here: node 20.20.2, ICU 78.2, CLDR 48)
import { readFileSync } from "node:fs";

const table = JSON.parse(readFileSync(new URL("../../../src/template/locale/cldr.json", import.meta.url)));
const CURRENCIES = { EUR: 2, USD: 2, GBP: 2, CHF: 2, PLN: 2, JPY: 0, KWD: 3 };
const MINORS = [
    "0", "7", "-7", "99999", "100000", "123450", "-123456789", "1000000000", "9223372036854775807",
    "-9223372036854775808",
];
const NUMBERS = [0, 0.5, -0.5, 1.005, 2.675, 999.9996, 1234, 12345.678, -1234567.25, 1e15, 0.0004, 123456789012];
const DAYS = ["2026-01-05", "2026-03-29", "2024-02-29", "1999-12-31", "2026-08-15"];
const TIMES = ["00:00", "00:05", "09:30", "12:00", "13:45", "23:59"];

/** The minor units as a decimal number. */
const major = (minor, decimals) => {
    const sign = minor.startsWith("-") ? "-" : "";
    const digits = minor.replace("-", "").padStart(decimals + 1, "0");
    const end = digits.length - decimals;
    return `${sign}${digits.slice(0, end)}.${digits.slice(end)}0`;
};

const money = (locale, currency, decimals) => {
    const options = {
        style: "currency", currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals,
    };
    const format = new Intl.NumberFormat(locale, options);
    return MINORS.map((minor) => format.format(major(minor, decimals)));
};

const numbers = (locale, options) => {
    const format = new Intl.NumberFormat(locale, options);
    return NUMBERS.map((number) => format.format(number));
};

const dates = (locale, dateStyle) => {
    const format = new Intl.DateTimeFormat(locale, { dateStyle, timeZone: "UTC" });
    return DAYS.map((day) => format.format(new Date(day)));
};

const times = (locale) => {
    const format = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "UTC" });
    return TIMES.map((time) => format.format(new Date(`2026-01-05T${time}Z`)));
};

const told = (locale) => ({
    money: Object.fromEntries(Object.entries(CURRENCIES).map(([code, decimals]) =>
        [code, money(locale, code, decimals)])),
    numbers: numbers(locale, {}),
    two_decimals: numbers(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    whole: numbers(locale, { maximumFractionDigits: 0 }),
    percent: numbers(locale, { style: "percent" }),
    short_dates: dates(locale, "short"),
    long_dates: dates(locale, "long"),
    full_dates: dates(locale, "full"),
    times: times(locale),
});

const visible = (json) =>
    json.replace(/[\u00a0\u202f\u2212]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
// This build of node knows the names of these three, and writes them like `en`.
const unknown = ["en-BE", "en-DE", "en-NL"];
const known = Object.keys(table).filter((locale) => !unknown.includes(locale));
const lines = known.map((locale) =>
    visible(`${JSON.stringify(locale)}: ${JSON.stringify(told(locale))}`));
const asked = JSON.stringify({ minors: MINORS, numbers: NUMBERS, days: DAYS, times: TIMES });
process.stdout.write(`{\n"asked": ${asked},\n"told": {\n${lines.join(",\n")}\n}\n}\n`);
