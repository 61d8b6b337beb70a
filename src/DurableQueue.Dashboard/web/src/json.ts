/** A number as it was written: one with more digits than JavaScript keeps is not shown as another one. */
export class NumberText {
  constructor(readonly text: string) {}
}

export type Json = null | boolean | string | NumberText | Json[] | { [name: string]: Json };

/** Reads JSON without losing digits; undefined if it is none. Nested deeper than 200 is none that a person reads. */
export function readJson(text: string): Json | undefined {
  let at = 0;
  const space = () => {
    while (at < text.length && ' \t\n\r'.includes(text[at]!)) {
      at++;
    }
  };
  const fail = (): never => {
    throw new SyntaxError('not JSON');
  };
  const string = (): string => {
    const begin = at++;
    while (at < text.length && text[at] !== '"') {
      at += text[at] === '\\' ? 2 : 1;
    }
    at++;
    return JSON.parse(text.slice(begin, at)) as string;
  };
  const value = (depth: number): Json => {
    space();
    const letter = text[at];
    if (depth > 200) {
      fail();
    }
    if (letter === '"') {
      return string();
    }
    if (letter === '{') {
      const members: [string, Json][] = [];
      at++;
      space();
      while (text[at] !== '}') {
        space();
        if (text[at] !== '"') {
          fail();
        }
        const name = string();
        space();
        if (text[at++] !== ':') {
          fail();
        }
        members.push([name, value(depth + 1)]);
        space();
        if (text[at] === ',') {
          at++;
          space();
          if (text[at] === '}') {
            fail();
          }
        } else if (text[at] !== '}') {
          fail();
        }
      }
      at++;
      // Not by assignment: a member may be named __proto__.
      return Object.fromEntries(members);
    }
    if (letter === '[') {
      const items: Json[] = [];
      at++;
      space();
      while (text[at] !== ']') {
        items.push(value(depth + 1));
        space();
        if (text[at] === ',') {
          at++;
          space();
          if (text[at] === ']') {
            fail();
          }
        } else if (text[at] !== ']') {
          fail();
        }
      }
      at++;
      return items;
    }
    for (const [word, meaning] of [['true', true], ['false', false], ['null', null]] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(text.slice(at, at + 400));
    if (!number) {
      return fail();
    }
    at += number[0].length;
    return new NumberText(number[0]);
  };
  try {
    const result = value(0);
    space();
    return at === text.length ? result : undefined;
  } catch {
    return undefined;
  }
}

/** Where text stops being JSON, in words; undefined if it is JSON. */
export function jsonError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `Not JSON: ${(error as Error).message.replace(/^JSON\.parse: /, '').replace(/ in JSON/, '')}`;
  }
}
