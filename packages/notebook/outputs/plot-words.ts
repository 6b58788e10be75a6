// What a plot says in words and keys, however it is drawn, and the colours that its lines take.
import type { PlotOutput } from '../protocol';
import { make } from '../ui/dom';

/** Lines take these in turn: ten, so that ten digits have one each. */
const COLORS = [
  ...(['--flame', '--dusk', '--good', '--error', '--text-muted'] as const),
  ...(['--plum', '--indigo', '--olive', '--umber', '--text'] as const),
];
export const colorOf = (index: number): (typeof COLORS)[number] => COLORS[index % COLORS.length] ?? '--flame';

export const short = (value: number): string => {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(1);
  return String(Number(value.toPrecision(4)));
};

/** The name of each line with its colour, and where a line ends its last value. */
export const keysOf = ({ lines, ticks, style }: PlotOutput): HTMLElement[] =>
  lines.map(({ name, y: values }, i) => {
    const last = values.at(-1);
    const reading = last === undefined || ticks || style === 'points' ? '' : short(last);
    const key = make('span', { className: 'plot-key' }, name, make('b', { className: 'number' }, reading));
    key.style.setProperty('--key', `var(${colorOf(i)})`);
    return key;
  });

/** Whether a plot needs no keys: it has one line, without a name. */
export const isPlain = ({ lines }: PlotOutput): boolean => lines.length === 1 && (lines[0]?.name ?? '') === '';

export function inWords({ lines, style, title, x, y }: PlotOutput): string {
  const axes = [y, x].filter(Boolean).join(' over ');
  const said = lines.map(({ name, y: values }) => {
    const last = values.at(-1);
    return `${name || 'values'}: ${values.length} points${last === undefined || style === 'points' ? '' : `, the last ${short(last)}`}`;
  });
  return `Plot${title ? ` “${title}”` : ''}${axes ? ` of ${axes}` : ''}. ${said.join('; ')}`;
}
