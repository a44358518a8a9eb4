"""Writes prompts.json: prompts, and the numbers that transformers' slow CLIPTokenizer makes of them.

Run with transformers 4.48.3, without ftfy, on the tokenizer folders of SD-1.5 and of SD-2.1 (pad
token "!"): python make_prompts.py SD15/tokenizer SD21/tokenizer > prompts.json
"""

import json
import random
import sys

from transformers import CLIPTokenizer

HAND = [
    "", " ", "a", "a photo of a tiger cat on a volcano, 2024!", "Hello, World!!!", "hello!!!", "!", "! !", "!!",
    "it's they're we've I'm you'll he'd can't IT'S They'Re", "'s 's' ''s", "rock'n'roll", "don't!'t", "o'clock 7'5",
    "1234567890", "3.14159 1,000,000 1e-5", "x2 2x H2O CO2", "½ ² ³ ① Ⅷ ٣ ४ ௧", "a  b\tc\nd\r\ne\u00a0f\u3000g",
    "  leading and trailing  ", "UPPER lower MiXeD", "İstanbul IĞDIR ıı", "ΟΔΟΣ ΟΔΟΣ. Σ ΑΣΑ ΣΑΣ ς", "Straße GROẞE ß",
    "café cafe\u0301 CAFÉ naïve façade", "ﬁ ﬂ ﬀ ǆ Ǆ ǅ", "Å \u212b A\u030a K \u212a", "日本語のテキスト 中文字符 한국어 텍스트",
    "漢字kanji混ざり", "Привет, мир! Ёлка", "שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया", "สวัสดีชาวโลก", "ქართული Ⴀ ა", "ᎠᎡ Ꭰ ꭰ",
    "🙂 😀😀 👍🏽 👨‍👩‍👧 🇩🇪 ❤️ ☃", "a🙂b", "emoji🎉party", "→ ← ↑ ≠ ≤ ∞ ∑ √", "«quoted» “smart” ‘single’ — – …",
    "&amp; &lt;b&gt; &#39; &eacute;", "<b>bold</b> <i>", "https://example.com/a?b=c&d=e#f", "user@example.org",
    "snake_case kebab-case CamelCase dot.case", "(parenthesis) [bracket] {brace} <angle>", "\\ / | ~ ` ^ $ % & * + =",
    "<|startoftext|>", "<|endoftext|>", "a<|endoftext|>b", "a <|startoftext|> b <|endoftext|> c", "<|STARTOFTEXT|>x",
    "<|endoftext", "|endoftext|>", "!!<|endoftext|>!!", "<|ENDOFTEXT|>!", "<|\u017ftartoftext|>", "it'\u017f",
    "a\u200bb a\u200db a\ufeffb a\u00adb", "a\u2028b\u2029c", "\x00\x01\x1f\x7f\x85", "\ufffd x", "\ue000 private",
    "zero\u0000byte", "combining: a\u0300\u0301\u0302 \u0301alone", "a\u030a\u0301", "\u1e9b\u0323", "Ω \u2126 µ \u00b5 μ",
    "ａｂｃ １２３ ！", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚", "𐐀 𐐨 𐓐", "𠀀𠀁 ext", "\ufa0e compatibility", "\u2f00 radical", "〇 々 〆",
    "word " * 100, "a" * 500, "ab" * 300, "1" * 100, "!" * 100, "日" * 100, "🙂" * 60, "é" * 200,
    "supercalifragilisticexpialidocious", "antidisestablishmentarianism", "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "a beautiful painting of a singular lighthouse, shining its light across a tumultuous sea of blood by greg rutkowski",
    "masterpiece, best quality, 1girl, (solo:1.2), 8k uhd, dslr, soft lighting, high quality, film grain, Fujifilm XT3",
]


def random_prompts(count: int):
    rng = random.Random(7)
    pools = [
        (0x20, 0x7E), (0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x590, 0x6FF),
        (0x900, 0x97F), (0xE00, 0xE7F), (0x10A0, 0x10FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x24FF),
        (0x2600, 0x27BF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFB00, 0xFDFF),
        (0xFF00, 0xFFEF), (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF),
    ]
    for _ in range(count):
        first, last = rng.choice(pools)
        letters = []
        for _ in range(rng.randint(1, 40)):
            if rng.random() < 0.2:
                letters.append(rng.choice(" '.!0aS<|>"))
            else:
                letters.append(chr(rng.randint(first, last)))
        yield "".join(letters)


def main():
    tokenizers = [CLIPTokenizer.from_pretrained(folder) for folder in sys.argv[1:3]]
    assert all(tokenizer.fix_text is None for tokenizer in tokenizers), "ftfy is installed"
    rows = []
    for prompt in HAND + list(random_prompts(300)):
        ids = []
        for tokenizer in tokenizers:
            full = tokenizer(prompt, padding="max_length", max_length=77, truncation=True).input_ids
            pad = tokenizer.pad_token_id
            # Only what comes before the padding is written; the end token is its first.
            length = len(full)
            while length > 1 and full[length - 1] == pad and full[length - 2] == pad:
                length -= 1
            ids.append(full[:length])
        rows.append([prompt, ids[0], ids[1]])
    print("[")
    print(",\n".join(json.dumps(row, separators=(",", ":")) for row in rows))
    print("]")


main()
