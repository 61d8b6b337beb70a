"""Turns text with ANSI colours, as `tmux capture-pane -e` writes it, into an SVG that reads well on light and on dark pages."""
import html
import re
import sys
import unicodedata

CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, MARGIN = 8.4, 17, 14, 14
BACKGROUND, FOREGROUND = "#1e2227", "#d5dae1"
COLOURS = ["#4b5263", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d5dae1",
           "#7f8899", "#ff7b86", "#b5e890", "#ffd68a", "#7cc7ff", "#e29bff", "#7fe3ee", "#ffffff"]
LEVELS = [0, 95, 135, 175, 215, 255]


def colour(number):
    if number < 16:
        return COLOURS[number]
    if number > 231:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    number -= 16
    return "#" + "".join(f"{LEVELS[part]:02x}" for part in (number // 36, number // 6 % 6, number % 6))


class Style:
    def __init__(self):
        self.reset()

    def reset(self):
        self.text, self.back, self.bold, self.dim, self.reverse, self.underline = None, None, False, False, False, False

    def apply(self, codes):
        codes = [int(code or 0) for code in codes.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code == 1:
                self.bold = True
            elif code == 2:
                self.dim = True
            elif code == 4:
                self.underline = True
            elif code == 7:
                self.reverse = True
            elif code == 22:
                self.bold = self.dim = False
            elif code == 24:
                self.underline = False
            elif code == 27:
                self.reverse = False
            elif code in (38, 48):
                kind = codes.pop(0)
                value = colour(codes.pop(0)) if kind == 5 else "#" + "".join(f"{codes.pop(0):02x}" for _ in range(3))
                self.set(code, value)
            elif code in (39, 49):
                self.set(code - 1, None)
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.text = COLOURS[code - 30 if code < 40 else code - 82]
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self.back = COLOURS[code - 40 if code < 50 else code - 92]

    def set(self, code, value):
        if code == 38:
            self.text = value
        else:
            self.back = value

    def colours(self):
        text, back = self.text or FOREGROUND, self.back
        return (back or BACKGROUND, text) if self.reverse else (text, back)


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def draw(lines):
    columns, shapes, style = 0, [], Style()
    for row, line in enumerate(lines):
        column = 0
        for escape, text in re.findall(r"\x1b\[([\d;]*)m|([^\x1b]+)", line):
            if not text:
                style.apply(escape)
                continue
            cells, (fill, back) = width(text), style.colours()
            x, y = MARGIN + column * CELL_WIDTH, MARGIN + row * LINE_HEIGHT
            if back:
                shapes.append(f'<rect x="{x:.1f}" y="{y}" width="{cells * CELL_WIDTH:.1f}" height="{LINE_HEIGHT}" fill="{back}"/>')
            if text.strip():
                looks = ' font-weight="bold"' * style.bold + ' opacity="0.65"' * style.dim + ' text-decoration="underline"' * style.underline
                shapes.append(f'<text x="{x:.1f}" y="{y + 13}" textLength="{cells * CELL_WIDTH:.1f}" fill="{fill}"{looks}>{html.escape(text)}</text>')
            column += cells
        columns = max(columns, column)

    size = f'width="{columns * CELL_WIDTH + 2 * MARGIN:.0f}" height="{len(lines) * LINE_HEIGHT + 2 * MARGIN}"'
    print(f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="ui-monospace,Menlo,Consolas,\'DejaVu Sans Mono\',monospace" '
          f'font-size="{FONT_SIZE}" xml:space="preserve">')
    print(f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>')
    print("\n".join(shapes))
    print("</svg>")


draw(sys.stdin.read().rstrip("\n").split("\n"))
