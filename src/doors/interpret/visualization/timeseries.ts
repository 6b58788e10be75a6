// Draws attributions of time series on a canvas: lines over time, with the attribution of each moment as colour behind
// or in them.

import { ArgumentError, ShapeError, Tensor } from '../../../torch';
import {
  type Arguments,
  kinds,
  type PlotCanvas,
  parseArgs,
  sameShape,
  showShape,
  tensorKind as tensor,
  warnOnce,
} from '../../../torch/inside';
import { drawAxes, type Frame } from '../../draw/axes';
import type { Colormap } from '../../draw/colormap';
import { drawLegend, drawLine, rangeOf, roomy } from '../../draw/lines';
import { BAR, colorBar } from '../../draw/pixels';
import { canvasOr, type Drawing, drawOn, type Pen } from '../../draw/sheet';
import {
  type DrawnOrder,
  drawnKinds,
  expectName,
  expectSign,
  normalized,
  Scale,
  type VisualizeSign,
} from './normalize';

/** How attributions of a series are drawn; the names are Captum's. */
export type TimeseriesVisualizationMethod = 'overlay_individual' | 'overlay_combined' | 'colored_graph';

const METHODS: readonly TimeseriesVisualizationMethod[] = ['overlay_individual', 'overlay_combined', 'colored_graph'];

/** Options of `visualizeTimeseriesAttr`. */
export interface TimeseriesAttrOptions {
  /** The time of each value: [N], rising by equal steps. Default: 0 to N − 1. */
  xValues?: Tensor | readonly number[] | null;
  /** Default 'overlay_individual'. */
  method?: TimeseriesVisualizationMethod;
  /** Default 'absolute_value'. */
  sign?: VisualizeSign;
  /** The name of each channel. */
  channelLabels?: readonly string[] | null;
  /** Whether tensors are [N, C], the default, or [C, N], as layers for series take them. */
  channelsLast?: boolean;
  /**
   * The canvas to draw on, at its own size. Default: a new OffscreenCanvas of 640 × 480 pixels, which the promise
   * resolves to.
   */
  canvas?: PlotCanvas | null;
  /** Default 2; see `visualizeImageAttr`. */
  outlierPerc?: number;
  /** The colour map. */
  cmap?: Colormap | null;
  /** The opacity of the colours behind lines. Default 0.7. */
  alphaOverlay?: number;
  /** Default false. */
  showColorbar?: boolean;
  /** The title of the picture. */
  title?: string | null;
}

interface TimeseriesAttrArguments extends TimeseriesAttrOptions {
  /** Attributions, of the shape of the data. */
  attr: Tensor;
  /** The series: [N, C], or [C, N] with `channelsLast: false`. */
  data: Tensor;
}

const OP = 'visualizeTimeseriesAttr';

/** Width left of each panel for numbers, so that the panels align. */
const ROOM = 36;

interface Series {
  readonly channels: number;
  readonly length: number;
  /** Channel by channel. */
  readonly values: Float32Array;
}

/**
 * Draws the attributions of time series on a canvas, like Captum's `visualize_timeseries_attr`. Values are scaled as in
 * `visualizeImageAttr`.
 *
 * - 'overlay_individual': a panel for each channel, its line over the colours of its attributions
 * - 'overlay_combined': all lines in one panel, over the colours of the channels' summed attributions
 * - 'colored_graph': a panel for each channel, with its line in the colours of its attributions
 *
 *     await visualization.visualizeTimeseriesAttr(attr.at(0), input.at(0), { channelsLast: false, showColorbar: true, canvas });
 *
 * @throws ArgumentError for unknown names, ShapeError for shapes that do not fit
 */
export async function visualizeTimeseriesAttr(
  ...args: Arguments<
    TimeseriesAttrArguments,
    ['attr', 'data', 'xValues', 'method', 'sign', 'channelLabels', 'channelsLast', ...DrawnOrder]
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
    },
    args,
    {
      attr: tensor,
      data: tensor,
      xValues: kinds.orNull(kinds.either(tensor, kinds.listOf(kinds.number))),
      channelLabels: kinds.orNull(kinds.listOf(kinds.text)),
      title: kinds.orNull(kinds.text),
      ...drawnKinds,
    },
  );
  expectName(OP, 'method', o.method, METHODS);
  expectSign(OP, o.sign);
  const canvas = canvasOr(OP, o.canvas);
  expectSeries('attr', o.attr, o.channelsLast);
  const { channels, length } = expectSeries('data', o.data, o.channelsLast);
  if (!sameShape(o.attr.shape, o.data.shape)) {
    throw new ShapeError(
      `${OP}: expected attr and data of one shape, but got ${showShape(o.attr.shape)} and ${showShape(o.data.shape)}`,
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
  expectTimes(o.xValues, length);
  const [attr, data, times] = await Promise.all([
    seriesOf(o.attr, o.channelsLast),
    seriesOf(o.data, o.channelsLast),
    timesOf(o.xValues, length),
  ]);
  const isCombined = o.method === 'overlay_combined';
  const attributed = normalized(OP, isCombined ? overChannels(attr) : attr.values, o.sign, o.outlierPerc);
  const scale = new Scale(OP, o.sign, o.cmap);
  const rowOf = (values: Float32Array, c: number): Float32Array => values.subarray(c * length, (c + 1) * length);
  const names = (o.channelLabels ?? []).map((name) => ({ name, x: [], y: [] }));
  const drawing: Drawing = (sheet, { left, right, ...area }) => {
    const top = isCombined ? drawLegend(sheet, { left, right, ...area }, names) : area.top;
    const bottom = area.bottom - (o.showColorbar ? BAR : 0);
    const panels = isCombined ? 1 : channels;
    const height = (bottom - top) / panels;
    for (let panel = 0; panel < panels; panel++) {
      const shown = isCombined ? data.values : rowOf(data.values, panel);
      const frame = drawAxes(
        sheet,
        { left, right, top: top + panel * height, bottom: top + (panel + 1) * height },
        { range: [times[0]!, times.at(-1)!], ...(panel < panels - 1 && { names: [] }) },
        { range: roomy(rangeOf([shown])), room: ROOM, label: isCombined ? '' : (o.channelLabels?.[panel] ?? '') },
        panel === 0 ? (o.title ?? '') : '',
      );
      const colors = isCombined ? attributed : rowOf(attributed, panel);
      if (o.method === 'colored_graph') {
        coloredLine(sheet.pen, frame, times, shown, (i) => scale.css(colors[i]!));
        continue;
      }
      spans(sheet.pen, frame, times, (i) => scale.css(colors[i]!, o.alphaOverlay));
      for (let c = 0; c < (isCombined ? channels : 1); c++) {
        const y = isCombined ? rowOf(shown, c) : shown;
        drawLine(sheet.pen, frame, { x: times, y }, sheet.colors[c % sheet.colors.length]!);
      }
    }
    const alpha = o.method === 'colored_graph' ? 1 : o.alphaOverlay;
    const bar = { ink: sheet.ink, color: (value: number) => scale.css(value, alpha) };
    if (o.showColorbar) colorBar(sheet.pen, { left, right, top, bottom: area.bottom }, scale.range, bar);
    return o.title ?? `Attributions of ${channels} channels over ${length} moments, ${o.sign}, ${o.method}`;
  };
  return drawOn(OP, canvas, [drawing]);
}

/** @throws ShapeError if x is not a series */
function expectSeries(what: string, x: Tensor, isChannelsLast: boolean): Pick<Series, 'channels' | 'length'> {
  if (x.dim() !== 2 || x.numel() === 0) {
    const wanted = isChannelsLast ? '[N, C]' : '[C, N]';
    throw new ShapeError(
      `${OP}: expected ${what} ${wanted} of at least one value, but got shape ${showShape(x.shape)}`,
    );
  }
  const [a, b] = x.shape as [number, number];
  return isChannelsLast ? { channels: b, length: a } : { channels: a, length: b };
}

async function seriesOf(x: Tensor, isChannelsLast: boolean): Promise<Series> {
  const given = Float32Array.from(await x.detach().data(), Number);
  const [a, b] = x.shape as [number, number];
  if (!isChannelsLast) return { channels: a, length: b, values: given };
  return { channels: b, length: a, values: given.map((_, i) => given[(i % a) * b + Math.floor(i / a)]!) };
}

function expectTimes(xValues: Tensor | readonly number[] | null, length: number): void {
  if (xValues === null) return;
  const count = xValues instanceof Tensor ? xValues.numel() : xValues.length;
  if (count === length) return;
  throw new ShapeError(`${OP}: expected xValues of the length of the data, ${length}, but got ${count}`);
}

async function timesOf(xValues: Tensor | readonly number[] | null, length: number): Promise<number[]> {
  if (xValues === null) return Array.from({ length }, (_, i) => i);
  return xValues instanceof Tensor ? Array.from(await xValues.data(), Number) : [...xValues];
}

/** Sums over channels, in float32. */
const overChannels = ({ channels, length, values }: Series): Float32Array =>
  Float32Array.from({ length }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum = Math.fround(sum + values[c * length + i]!);
    return sum;
  });

/** Paints a coloured stripe around each moment, cut off at the sides of the frame. */
function spans(pen: Pen, frame: Frame, times: readonly number[], color: (i: number) => string): void {
  const { left, top, right, bottom } = frame;
  const half = times.length > 1 ? (times[1]! - times[0]!) / 2 : 0.5;
  for (const [i, time] of times.entries()) {
    // Round to whole pixels, so that no seams show between stripes.
    const from = Math.round(Math.max(left, frame.x(time - half)));
    const to = Math.round(Math.min(right, frame.x(time + half)));
    pen.fillStyle = color(i);
    pen.fillRect(from, top, to - from, bottom - top);
  }
}

/** Draws a line whose segments have the colour of their starting points. */
function coloredLine(
  pen: Pen,
  frame: Frame,
  times: readonly number[],
  values: Float32Array,
  color: (i: number) => string,
): void {
  for (let i = 0; i + 1 < times.length; i++) {
    drawLine(pen, frame, { x: times.slice(i, i + 2), y: values.subarray(i, i + 2) }, color(i));
  }
}
