// Text of a terminal, cut into pieces with the classes of their colours. What is no colour (cursor, title, links) is left out.

export interface Piece {
  text: string;
  /** Classes, separated by spaces; empty for plain text. */
  style: string;
}

interface Style {
  fg?: string;
  bg?: string;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
  inverse?: boolean;
}

// CSI, OSC up to BEL or ST, other strings, and two-byte sequences; also those that the end of the text cuts.
const escapes = /\x1b(?:\[([0-9;:?<=>!]*)([ -/]*[@-~])?|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~]?)/g;
const invisible = /[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]/g;

/** Keeps the colours from one line to the next. */
export class AnsiReader {
  private style: Style = {};

  line(text: string): Piece[] {
    const pieces: Piece[] = [];
    const add = (part: string) => {
      const shown = part.replace(invisible, '');
      if (shown !== '') {
        pieces.push({ text: shown, style: classes(this.style) });
      }
    };
    // A carriage return overwrites the line: what was written last is what a terminal shows.
    const back = text.replace(/\r+$/, '').lastIndexOf('\r');
    const lost = back < 0 ? '' : text.slice(0, back);
    for (const match of lost.matchAll(escapes)) {
      this.apply(match);
    }
    const rest = back < 0 ? text.replace(/\r+$/, '') : text.slice(back + 1).replace(/\r+$/, '');
    let at = 0;
    for (const match of rest.matchAll(escapes)) {
      add(rest.slice(at, match.index));
      at = match.index + match[0].length;
      this.apply(match);
    }
    add(rest.slice(at));
    return pieces;
  }

  private apply(match: RegExpMatchArray): void {
    if (match[2] !== 'm') {
      return;
    }
    const codes = (match[1] ?? '').split(/[;:]/).map(each => Number(each || 0));
    for (let index = 0; index < codes.length; index++) {
      const code = codes[index]!;
      const style = this.style;
      if (code === 0) this.style = {};
      else if (code === 1) style.bold = true;
      else if (code === 2) style.dim = true;
      else if (code === 3) style.italic = true;
      else if (code === 4) style.underline = true;
      else if (code === 7) style.inverse = true;
      else if (code === 9) style.strike = true;
      else if (code === 22) style.bold = style.dim = false;
      else if (code === 23) style.italic = false;
      else if (code === 24) style.underline = false;
      else if (code === 27) style.inverse = false;
      else if (code === 29) style.strike = false;
      else if (code >= 30 && code <= 37) style.fg = String(code - 30);
      else if (code === 39) style.fg = undefined;
      else if (code >= 40 && code <= 47) style.bg = String(code - 40);
      else if (code === 49) style.bg = undefined;
      else if (code >= 90 && code <= 97) style.fg = String(code - 90 + 8);
      else if (code >= 100 && code <= 107) style.bg = String(code - 100 + 8);
      else if (code === 38 || code === 48) {
        let colour: string | undefined;
        if (codes[index + 1] === 5) {
          colour = nearest256(codes[index + 2] ?? 0);
          index += 2;
        } else if (codes[index + 1] === 2) {
          colour = nearest(codes[index + 2] ?? 0, codes[index + 3] ?? 0, codes[index + 4] ?? 0);
          index += 4;
        }
        if (code === 38) style.fg = colour; else style.bg = colour;
      }
    }
  }
}

function classes(style: Style): string {
  const names: string[] = [];
  const fg = style.inverse ? (style.bg ?? 'back') : style.fg;
  const bg = style.inverse ? (style.fg ?? 'fore') : style.bg;
  if (fg !== undefined) names.push(`f${fg}`);
  if (bg !== undefined) names.push(`b${bg}`);
  if (style.bold) names.push('bold');
  if (style.dim) names.push('dim');
  if (style.italic) names.push('italic');
  if (style.underline) names.push('underline');
  if (style.strike) names.push('strike');
  return names.join(' ');
}

function nearest256(code: number): string | undefined {
  if (code < 16) {
    return String(Math.max(0, code));
  }
  if (code >= 232) {
    const grey = (code - 232) * 10 + 8;
    return nearest(grey, grey, grey);
  }
  const level = (value: number) => (value === 0 ? 0 : value * 40 + 55);
  const cube = code - 16;
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** The colour of the sixteen with the same hue: they are the ones that can be read on both themes. */
function nearest(red: number, green: number, blue: number): string {
  const top = Math.max(red, green, blue);
  const low = Math.min(red, green, blue);
  if (top - low < 40) {
    return top < 64 ? '0' : top < 150 ? '8' : top < 220 ? '7' : '15';
  }
  const middle = (top + low) / 2;
  const hue = (red > middle ? 1 : 0) | (green > middle ? 2 : 0) | (blue > middle ? 4 : 0);
  return String(hue + (top > 200 ? 8 : 0));
}
