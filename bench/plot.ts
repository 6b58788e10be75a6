// Draws charts with logarithmic axes as one SVG image: a line a name, the same colour in every chart.

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface Plot {
  readonly caption: string;
  readonly x: string;
  readonly y: string;
  readonly charts: readonly Chart[];
}

/** Of Okabe and Ito (2008), which people tell apart whatever their sight. */
const colours = ['#d55e00', '#e69f00', '#0072b2', '#009e73'];

const WIDTH = 340;
const HEIGHT = 280;
const MARGIN = { top: 54, right: 16, bottom: 46, left: 56 };

/** The image, complete in itself; ends with a newline. */
export function plot({ caption, x, y, charts }: Plot): string {
  const width = charts.length * WIDTH;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT + 24}" width="${width}" height="${HEIGHT + 24}" font-family="system-ui, sans-serif" font-size="11" fill="#222">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="8" y="16" font-size="12">${plain(caption)}</text>`,
    ...charts.map((chart, i) => `<g transform="translate(${i * WIDTH} 24)">${draw(chart, x, y)}</g>`),
    '</svg>',
  ].join('\n')}\n`;
}

function draw({ title, lines }: Chart, xName: string, yName: string): string {
  const points = lines.flatMap((line) => line.points);
  const across = axis(
    points.map(([x]) => x),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const up = axis(
    points.map(([, y]) => y),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const bottom = HEIGHT - MARGIN.bottom;
  const middle = (MARGIN.top + bottom) / 2;
  return [
    `<text x="${MARGIN.left}" y="14" font-weight="600">${plain(title)}</text>`,
    ...across.ticks.map(
      (tick) =>
        `<path d="M${across.at(tick)} ${MARGIN.top}V${bottom}" stroke="#ddd"/><text x="${across.at(tick)}" y="${bottom + 14}" text-anchor="middle">${tick}</text>`,
    ),
    ...up.ticks.map(
      (tick) =>
        `<path d="M${MARGIN.left} ${up.at(tick)}H${WIDTH - MARGIN.right}" stroke="#ddd"/><text x="${MARGIN.left - 5}" y="${up.at(tick) + 4}" text-anchor="end">${tick}</text>`,
    ),
    `<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 14}" text-anchor="middle">${plain(xName)}</text>`,
    `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${plain(yName)}</text>`,
    ...lines.map(({ name, points: places }, i) => {
      const colour = colours[i % colours.length];
      const path = places.map(([x, y]) => `${across.at(x).toFixed(1)} ${up.at(y).toFixed(1)}`);
      return [
        `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
        ...path.map(
          (place) => `<circle cx="${place.split(' ')[0]}" cy="${place.split(' ')[1]}" r="2.5" fill="${colour}"/>`,
        ),
        `<text x="${MARGIN.left}" y="${28 + 12 * i}" fill="${colour}">${plain(name)}</text>`,
      ].join('');
    }),
  ].join('\n');
}

/** A logarithmic axis from `start` to `end` over whole powers of ten that hold every value. */
function axis(values: readonly number[], start: number, end: number) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...values))), low + 1);
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map((tick) => Number(tick.toPrecision(1))),
    at: (value: number) => start + ((Math.log10(value) - low) / (high - low)) * (end - start),
  };
}

const plain = (text: string): string => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
