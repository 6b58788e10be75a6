// A canvas that notes what is drawn on it, for tests of plots without a page.

/** What was drawn, in order: the name of a method with its arguments, and of a property with its value. */
export type Stroke = readonly [name: string, ...args: unknown[]];

export interface NotingCanvas {
  width: number;
  height: number;
  readonly strokes: Stroke[];
  /** The texts that were written. */
  texts(): string[];
  /** The colours of filled rectangles. */
  fills(): string[];
  getContext(kind: '2d'): unknown;
}

/** A letter is as wide as half its height. */
export function notingCanvas(width = 400, height = 300): NotingCanvas {
  const strokes: Stroke[] = [];
  const state: Record<string, unknown> = { font: '10px sans-serif', fillStyle: '#000000' };
  const pen = new Proxy(state, {
    get: (_, name: string) => {
      if (name in state) return state[name];
      if (name === 'measureText') {
        return (text: string) => ({ width: (text.length * Number(/([\d.]+)px/.exec(String(state.font))![1])) / 2 });
      }
      return (...args: unknown[]) => strokes.push([name, ...args, state.fillStyle]);
    },
    set: (_, name: string, value: unknown) => {
      state[name] = value;
      return true;
    },
  });
  return {
    width,
    height,
    strokes,
    texts: () => strokes.filter(([name]) => name === 'fillText').map(([, text]) => String(text)),
    fills: () => strokes.filter(([name]) => name === 'fillRect').map((stroke) => String(stroke.at(-1))),
    getContext: () => pen,
  };
}
