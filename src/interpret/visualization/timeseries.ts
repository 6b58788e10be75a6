// Owns attributions of series on a canvas: lines over time, with what was attributed to each moment behind or in them.
import { ArgumentError, ShapeError } from '../../errors';
import { type Arguments, kindOf, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';
import {
  Axes,
  canvasFor,
  colorBar,
  drawLine,
  type Pen,
  type PlotCanvas,
  penOf,
  rangeOf,
  write,
} from '../../vision/chart';
import type { Colormap } from '../../vision/colormap';
import { warnOnce } from '../../warnings';
import { expectName, expectSign, normalized, Scale, type VisualizeSign } from './normalize';

/** How attributions of a series are drawn; the names are Captum's. */
export type TimeseriesVisualizationMethod = 'overlay_individual' | 'overlay_combined' | 'colored_graph';

const METHODS: readonly TimeseriesVisualizationMethod[] = ['overlay_individual', 'overlay_combined', 'colored_graph'];

export interface TimeseriesAttrOptions {
  /** When each value was taken: [N], rising by equal steps. Default: 0 to N − 1. */
  xValues?: Tensor | readonly number[] | null;
  /** Default 'overlay_individual'. */
  method?: TimeseriesVisualizationMethod;
  /** Default 'absolute_value'. */
  sign?: VisualizeSign;
  channelLabels?: readonly string[] | null;
  /** Whether tensors are [N, C], the default, or [C, N], as layers for series take them. */
  channelsLast?: boolean;
  /** Where to draw; it takes the size of the figure. Default: an OffscreenCanvas, which the promise gives. */
  canvas?: PlotCanvas | null;
  /** Default 2; see `visualizeImageAttr`. */
  outlierPerc?: number;
  cmap?: Colormap | null;
  /** How opaque the colours behind lines are. Default 0.7. */
  alphaOverlay?: number;
  /** Default false. */
  showColorbar?: boolean;
  title?: string | null;
  /** In inches of 100 pixels. Default [6, 6]. */
  figSize?: readonly [width: number, height: number];
  /** Of lines, in pixels. Default 1.5. */
  lineWidth?: number;
}

interface TimeseriesAttrArguments extends TimeseriesAttrOptions {
  /** Attributions, of the shape of the data. */
  attr: Tensor;
  /** The series: [N, C], or [C, N] with `channelsLast: false`. */
  data: Tensor;
}

const OP = 'visualizeTimeseriesAttr';

const LINE = '#1f77b4';

/** Matplotlib's Dark2, by Cynthia Brewer (Apache-2.0), for lines in one panel. */
const DARK2 = ['#1b9e77', '#d95f02', '#7570b3', '#e7298a', '#66a61e', '#e6ab02', '#a6761d', '#666666'];

/** Pixels around the panels. */
const MARGIN = { left: 72, right: 16, top: 12, bottom: 28 };
const TITLE = 20;
const BAR = 44;
const INCH = 100;

interface Series {
  readonly channels: number;
  readonly length: number;
  /** Channel by channel. */
  readonly values: Float32Array;
}

/**
 * Draws the attributions of series on a canvas, as Captum's `visualize_timeseries_attr`, which says how values are scaled as for pictures.
 *
 * - 'overlay_individual': a panel for each channel, its line over the colours of its attributions
 * - 'overlay_combined': all lines in one panel, over the colours of the channels' summed attributions
 * - 'colored_graph': a panel for each channel, whose line has the colours
 *
 *     await visualization.visualizeTimeseriesAttr(attr.at(0), input.at(0), { channelsLast: false, showColorbar: true, canvas });
 *
 * @throws ArgumentError for names that there are not, ShapeError for shapes that do not fit
 */
export async function visualizeTimeseriesAttr(
  ...args: Arguments<
    TimeseriesAttrArguments,
    [
      'attr',
      'data',
      'xValues',
      'method',
      'sign',
      'channelLabels',
      'channelsLast',
      'canvas',
      'outlierPerc',
      'cmap',
      'alphaOverlay',
      'showColorbar',
      'title',
      'figSize',
      'lineWidth',
    ]
  >
): Promise<PlotCanvas> {
  const o = parseArgs<TimeseriesAttrArguments>(
    OP,
    ['attr', 'data'],
    {
      xValues: null,
      method: 'overlay_individual',
      sign: 'absolute_value',
      channelLabels: null,
      channelsLast: true,
      canvas: null,
      outlierPerc: 2,
      cmap: null,
      alphaOverlay: 0.7,
      showColorbar: false,
      title: null,
      figSize: [6, 6],
      lineWidth: 1.5,
    },
    args,
  );
  expectName(OP, 'method', o.method, METHODS);
  expectSign(OP, o.sign);
  const canvas = canvasFor(OP, o.canvas);
  const [attr, data] = await Promise.all([
    seriesOf('attr', o.attr, o.channelsLast),
    seriesOf('data', o.data, o.channelsLast),
  ]);
  const { channels, length } = data;
  if (attr.channels !== channels || attr.length !== length) {
    throw new ShapeError(
      `${OP}: expected attr and data of one shape, but got [${o.attr.shape.join(', ')}] and [${o.data.shape.join(', ')}]`,
    );
  }
  if (channels > length) {
    warnOnce(
      `${OP}: ${channels} channels of only ${length} values; pass channelsLast: ${!o.channelsLast} if it is the other way about`,
    );
  }
  if (o.channelLabels && o.channelLabels.length !== channels) {
    throw new ArgumentError(`${OP}: expected ${channels} channelLabels, but got ${o.channelLabels.length}`);
  }
  const times = await timesOf(o.xValues, length);
  const isCombined = o.method === 'overlay_combined';
  const attributed = normalized(OP, isCombined ? overChannels(attr) : attr.values, o.sign, o.outlierPerc);
  const scale = new Scale(OP, o.sign, o.cmap);
  const [width, height] = o.figSize.map((inches) => Math.round(inches * INCH)) as [number, number];
  const pen = penOf(OP, canvas, { width, height });
  const top = MARGIN.top + (o.title === null ? 0 : TITLE);
  const box = {
    left: MARGIN.left,
    width: width - MARGIN.left - MARGIN.right,
    height: (height - top - MARGIN.bottom - (o.showColorbar ? BAR : 0)) / (isCombined ? 1 : channels),
  };
  if (!(box.width > 0 && box.height > 0)) {
    throw new ArgumentError(
      `${OP}: expected figSize with room for ${channels} channels, but got [${o.figSize.join(', ')}]`,
    );
  }
  const channelOf = (values: Float32Array, c: number): Float32Array => values.subarray(c * length, (c + 1) * length);
  for (let panel = 0; panel < (isCombined ? 1 : channels); panel++) {
    const shown = isCombined ? data.values : channelOf(data.values, panel);
    const axes = new Axes(pen, { ...box, top: top + panel * box.height }, [times[0]!, times.at(-1)!], rangeOf(shown));
    const colors = isCombined ? attributed : channelOf(attributed, panel);
    if (o.method === 'colored_graph') coloredLine(pen, axes, times, shown, (i) => scale.css(colors[i]!), o.lineWidth);
    else {
      spans(pen, axes, times, (i) => scale.css(colors[i]!, o.alphaOverlay));
      for (let c = 0; c < (isCombined ? channels : 1); c++) {
        const color = isCombined ? DARK2[c % DARK2.length]! : LINE;
        axes.line(times, isCombined ? channelOf(shown, c) : shown, { color, width: o.lineWidth });
      }
    }
    const isLast = isCombined || panel === channels - 1;
    axes.frame({ ...(!isLast && { xTicks: [] }), yLabel: isCombined ? '' : (o.channelLabels?.[panel] ?? '') });
  }
  if (isCombined && o.channelLabels) legend(pen, o.channelLabels, box.left + box.width - 8, top + 8);
  if (o.title !== null)
    write(pen, o.title, box.left + box.width / 2, TITLE / 2 + 2, { align: 'center', baseline: 'middle' });
  if (o.showColorbar) {
    const bar = { left: box.left, top: height - BAR + 4, width: box.width, height: 12 };
    colorBar(pen, bar, scale.table, scale.range, o.method === 'colored_graph' ? 1 : o.alphaOverlay);
  }
  return canvas;
}

async function seriesOf(what: string, tensor: unknown, isChannelsLast: boolean): Promise<Series> {
  if (!(tensor instanceof Tensor))
    throw new ArgumentError(`${OP}: expected ${what}, a tensor, but got ${kindOf(tensor)}`);
  if (tensor.dim() !== 2 || tensor.numel() === 0) {
    const wanted = isChannelsLast ? '[N, C]' : '[C, N]';
    throw new ShapeError(
      `${OP}: expected ${what} ${wanted} of at least one value, but got shape [${tensor.shape.join(', ')}]`,
    );
  }
  const given = Float32Array.from(await tensor.detach().data(), Number);
  const [a, b] = tensor.shape as [number, number];
  if (!isChannelsLast) return { channels: a, length: b, values: given };
  return { channels: b, length: a, values: given.map((_, i) => given[(i % a) * b + Math.floor(i / a)]!) };
}

async function timesOf(xValues: Tensor | readonly number[] | null, length: number): Promise<number[]> {
  if (xValues === null) return Array.from({ length }, (_, i) => i);
  const times = xValues instanceof Tensor ? Array.from(await xValues.data(), Number) : [...xValues];
  if (times.length !== length) {
    throw new ShapeError(`${OP}: expected xValues of the length of the data, ${length}, but got ${times.length}`);
  }
  return times;
}

/** Sums over channels, in float32. */
const overChannels = ({ channels, length, values }: Series): Float32Array =>
  Float32Array.from({ length }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum = Math.fround(sum + values[c * length + i]!);
    return sum;
  });

/** A coloured stripe about each moment, cut at the sides of the box. */
function spans(pen: Pen, axes: Axes, times: readonly number[], color: (i: number) => string): void {
  const { left, top, width, height } = axes.box;
  const half = times.length > 1 ? (times[1]! - times[0]!) / 2 : 0.5;
  for (const [i, time] of times.entries()) {
    // Whole pixels, between which no seam shows.
    const from = Math.round(Math.max(left, axes.x(time - half)));
    const to = Math.round(Math.min(left + width, axes.x(time + half)));
    pen.fillStyle = color(i);
    pen.fillRect(from, top, to - from, height);
  }
}

/** A line whose pieces have the colour of where they begin. */
function coloredLine(
  pen: Pen,
  axes: Axes,
  times: readonly number[],
  values: Float32Array,
  color: (i: number) => string,
  width: number,
): void {
  const place = (i: number): [number, number] => [axes.x(times[i]!), axes.y(values[i]!)];
  for (let i = 0; i + 1 < times.length; i++) drawLine(pen, [place(i), place(i + 1)], { color: color(i), width });
}

function legend(pen: Pen, labels: readonly string[], right: number, top: number): void {
  for (const [i, label] of labels.entries()) {
    const y = top + 8 + 16 * i;
    drawLine(
      pen,
      [
        [right - 18, y],
        [right, y],
      ],
      { color: DARK2[i % DARK2.length]!, width: 2 },
    );
    write(pen, label, right - 24, y, { align: 'right', baseline: 'middle' });
  }
}
