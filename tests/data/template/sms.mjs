// Writes sms.json: what Twilio's calculator says of text messages.
//   npm i sms-segments-calculator@1.3.0 && node sms.mjs >sms.json
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { SegmentedMessage } = require("sms-segments-calculator");

const GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ" +
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const texts = [
    "", "Hi Anna", GSM, "^{}\\[~]|€", "Zoë", "ç", "`", "It’s", "–", "…", "👍", "👩‍👩‍👧‍👦", "日本", "\f", "\t",
];
for (const length of [152, 153, 154, 159, 160, 161, 305, 306, 307, 458, 459, 460]) {
    texts.push("a".repeat(length));
    // The pair stands at each side of where segments end.
    texts.push("a".repeat(length) + "€", "€" + "a".repeat(length), "a".repeat(152) + "€" + "a".repeat(length));
}
for (const length of [65, 66, 67, 68, 69, 70, 71, 133, 134, 135]) {
    texts.push("ж".repeat(length), "ж".repeat(length) + "👍", "👍" + "ж".repeat(length));
    texts.push("ж".repeat(66) + "👍" + "ж".repeat(length));
}
texts.push("€".repeat(80), "€".repeat(81), "👍".repeat(35), "👍".repeat(36), "👍".repeat(67));

const cases = texts.map((text) => {
    const message = new SegmentedMessage(text);
    const gsm = message.encodingName === "GSM-7";
    const units = message.messageSize / (gsm ? 7 : 16);
    return { text, encoding: gsm ? "gsm7" : "ucs2", units, segments: text ? message.segmentsCount : 0 };
});
process.stdout.write(`[\n${cases.map((line) => JSON.stringify(line)).join(",\n")}\n]\n`);
