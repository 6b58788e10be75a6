// Frames of zeros: instead of padding images in memory, a convolution reads the unpadded images and pads by itself; its
// gradient is computed for the unpadded images only. Runs before nodes are lowered. Pure.
import { contiguousStrides, numel, type Shape, sameShape } from '../../core/meta';
import type { Frame, Framed, Program, ProgramNode, StridedView } from '../ir';

type Attrs = Framed & { readonly size?: readonly [height: number, width: number] };

/** The program with convolutions that pad by themselves, without the paddings that nobody reads any more. */
export const joinFrames = (program: Program): Program => withoutUnread(new Frames(program).run());

class Frames {
  private readonly values;
  private readonly producer = new Map<number, ProgramNode>();
  private readonly readers = new Map<number, ProgramNode[]>();
  /** The nodes that replace a node. */
  private readonly instead = new Map<ProgramNode, readonly ProgramNode[]>();

  constructor(private readonly program: Program) {
    this.values = [...program.values];
    for (const node of program.nodes) {
      for (const v of node.outputs) this.producer.set(v, node);
      for (const v of node.inputs) this.readers.set(v, [...(this.readers.get(v) ?? []), node]);
    }
  }

  run(): Program {
    for (const node of this.program.nodes) {
      const { frame, crop } = (node.attrs ?? {}) as Partial<Framed>;
      if (frame) this.unframe(node, frame);
      else if (crop) this.crop(node, crop);
    }
    const nodes = this.program.nodes.flatMap((node) => this.instead.get(node) ?? [node]);
    return { ...this.program, values: this.values, nodes };
  }

  private shape(v: number): Shape {
    return this.values[v]!.shape;
  }

  /** Makes a node read the unpadded images. */
  private unframe(node: ProgramNode, frame: Frame): void {
    const [framed, ...others] = node.inputs as [number];
    let reshapes: ProgramNode | null = null;
    let at = framed;
    let maker = this.producer.get(at);
    for (; maker && numel(this.shape(maker.inputs[0]!)) === numel(this.shape(at)); maker = this.producer.get(at)) {
      const [from] = maker.inputs as [number];
      if (!sameShape(this.shape(from), this.shape(at))) reshapes ??= maker;
      at = from;
    }
    // If no node makes the padded images, they are in memory already and are read as they are.
    if (!maker) return;
    const [inner] = maker.inputs as [number];
    const attrs = padded(node.attrs as Attrs, frame);
    if (!reshapes) {
      this.instead.set(node, [{ ...node, attrs, inputs: [inner, ...others] }]);
      return;
    }
    const images = this.newValue(framed, frame);
    const shaped = { ...reshapes, attrs: { shape: this.shape(images) }, inputs: [inner], outputs: [images] };
    this.instead.set(node, [shaped, { ...node, attrs, inputs: [images, ...others] }]);
  }

  /** Makes a node compute only the cropped part of its result, if nobody reads the rest. */
  private crop(node: ProgramNode, frame: Frame): void {
    const [whole] = node.outputs as [number];
    const between: ProgramNode[] = [];
    let at = whole;
    let reader = this.onlyReader(at);
    for (; reader && numel(this.shape(reader.outputs[0]!)) === numel(this.shape(at)); reader = this.onlyReader(at)) {
      between.push(reader);
      at = reader.outputs[0]!;
    }
    const view = reader?.attrs as Partial<StridedView> | undefined;
    const [rows, cols] = this.shape(whole).slice(2) as [number, number];
    const inner = withoutFrame(this.shape(whole), frame);
    const isCrop =
      view?.strides !== undefined &&
      view.offset === frame[0] * cols + frame[2] &&
      sameShape(view.strides, contiguousStrides(this.shape(at))) &&
      sameShape(withoutOnes(view.shape!), withoutOnes(inner));
    if (!reader || !isCrop || rows * cols === 0) return;
    const attrs = padded(node.attrs as Attrs, frame);
    const reshapes = between.find(({ inputs, outputs }) => !sameShape(this.shape(inputs[0]!), this.shape(outputs[0]!)));
    for (const one of [...between, reader]) this.instead.set(one, []);
    if (!reshapes) {
      this.instead.set(node, [{ ...node, attrs, outputs: reader.outputs }]);
      return;
    }
    const images = this.newValue(whole, frame);
    const shaped = { ...reshapes, attrs: { shape: view.shape }, inputs: [images], outputs: reader.outputs };
    this.instead.set(node, [{ ...node, attrs, outputs: [images] }, shaped]);
  }

  /** The only reader of a value; undefined if there are several, or if the value is exported. */
  private onlyReader(v: number): ProgramNode | undefined {
    const [reader, ...more] = this.readers.get(v) ?? [];
    return more.length > 0 || this.program.exports.includes(v) ? undefined : reader;
  }

  /** A new value for images without their frame. */
  private newValue(framed: number, frame: Frame): number {
    const { dtype } = this.values[framed]!;
    return this.values.push({ shape: withoutFrame(this.shape(framed), frame), dtype }) - 1;
  }
}

/** The attributes of a convolution, or of its gradient, with this frame added to its padding. */
function padded({ frame: _, crop, padding, size, ...attrs }: Attrs, by: Frame): Attrs {
  const [top, bottom, left, right] = by;
  return {
    ...attrs,
    padding: padding.map((n, side) => n + by[side]!) as unknown as Frame,
    ...(size && { size: crop ? ([size[0] - top - bottom, size[1] - left - right] as const) : size }),
  };
}

const withoutFrame = (shape: Shape, [top, bottom, left, right]: Frame): Shape => {
  const [images, channels, rows, cols] = shape as [number, number, number, number];
  return [images, channels, rows - top - bottom, cols - left - right];
};

const withoutOnes = (shape: Shape): Shape => shape.filter((n) => n !== 1);

/** Leaves out nodes whose results nobody reads any more. */
function withoutUnread(program: Program): Program {
  const read = new Set(program.exports);
  const nodes = program.nodes.toReversed().filter(({ inputs, outputs }) => {
    const isRead = outputs.some((v) => read.has(v));
    for (const v of isRead ? inputs : []) read.add(v);
    return isRead;
  });
  return { ...program, nodes: nodes.reverse() };
}
