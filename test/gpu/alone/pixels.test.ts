// Pictures of the browser as tensors, and tensors as pictures on canvases, byte for byte and without a way through JavaScript; and plots in a page.
import * as torch from 'lamplight';
import { vision } from 'lamplight';
import { ChartLogger } from 'lamplight/lightning';
import { ConfusionMatrix } from 'lamplight/metrics';
import { afterEach, describe, expect, test, vi } from 'vitest';

const { fromPixels, toCanvas } = vision.io;

afterEach(() => vi.restoreAllMocks());

/** A picture of bytes that differ from place to place. */
function picture(width: number, height: number, alpha: (i: number) => number = () => 255): ImageData {
  const data = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    data.data.set([(37 * i + 5) % 256, (91 * i + 130) % 256, (i * i + 7 * i) % 256, alpha(i)], 4 * i);
  }
  return data;
}

/** Bytes [H, W, 4] as those of channels [C, H, W]. */
const planes = ({ data }: ImageData, channels: number): number[] =>
  Array.from({ length: channels }, (_, c) => Array.from(data).filter((_, i) => i % 4 === c)).flat();

/** The same picture on a canvas of its own. */
function painted(data: ImageData): OffscreenCanvas {
  const canvas = new OffscreenCanvas(data.width, data.height);
  canvas.getContext('2d')!.putImageData(data, 0, 0);
  return canvas;
}

const bytesOf = async (tensor: torch.Tensor): Promise<number[]> => Array.from(await tensor.data());

describe('fromPixels', () => {
  test.each([
    [1, 1],
    [5, 3],
    [64, 2],
    [65, 7],
    [200, 130],
  ])('an ImageData of %d×%d gives its bytes, alpha and all', async (width, height) => {
    const data = picture(width, height, (i) => (i * 13) % 256);
    const tensor = fromPixels(data, { channels: 4, dtype: 'uint8' });
    expect([tensor.shape, tensor.dtype]).toEqual([[4, height, width], 'uint8']);
    expect(await bytesOf(tensor)).toEqual(planes(data, 4));
    const floats = fromPixels(data);
    expect([floats.shape, floats.dtype]).toEqual([[3, height, width], 'float32']);
    const levels = await bytesOf(floats);
    planes(data, 3).forEach((byte, i) => {
      if (Math.abs(levels[i]! - byte / 255) > 6e-8) expect(levels[i], `at ${i}`).toBe(byte / 255);
    });
  });

  const kinds: Readonly<Record<string, (data: ImageData) => Promise<vision.io.PixelSource>>> = {
    OffscreenCanvas: async (data) => painted(data),
    async HTMLCanvasElement(data) {
      const canvas = Object.assign(document.createElement('canvas'), { width: data.width, height: data.height });
      canvas.getContext('2d')!.putImageData(data, 0, 0);
      return canvas;
    },
    ImageBitmap: (data) => createImageBitmap(data),
    VideoFrame: async (data) => new VideoFrame(painted(data), { timestamp: 0, alpha: 'discard' }),
    async HTMLImageElement(data) {
      const image = new Image();
      image.src = URL.createObjectURL(await painted(data).convertToBlob());
      await image.decode();
      return image;
    },
  };

  test.each(Object.keys(kinds))('%s gives the bytes that getImageData gives', async (kind) => {
    for (const [width, height] of [
      [70, 3],
      [9, 40],
    ] as const) {
      const data = picture(width, height);
      const source = await kinds[kind]!(data);
      await torch.init();
      const { dataBytesWritten } = torch.gpu.stats();
      const readings = [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D].map((context) =>
        vi.spyOn(context.prototype, 'getImageData'),
      );
      const tensor = fromPixels(source, { dtype: 'uint8' });
      expect([tensor.shape, tensor.dtype]).toEqual([[3, height, width], 'uint8']);
      expect(await bytesOf(tensor)).toEqual(planes(data, 3));
      for (const reading of readings) expect(reading).not.toHaveBeenCalled();
      expect(torch.gpu.stats().dataBytesWritten).toBe(dataBytesWritten);
      vi.restoreAllMocks();
    }
  });

  test('a canvas that changes after the call does not change the tensor, whether the device is there or not', async () => {
    const data = picture(20, 10);
    const paint = (canvas: OffscreenCanvas) => canvas.getContext('2d')!.fillRect(0, 0, 20, 10);
    await torch.init();
    const first = painted(data);
    const now = fromPixels(first, { dtype: 'uint8' });
    paint(first);
    expect(await bytesOf(now)).toEqual(planes(data, 3));

    torch.gpu.device()!.destroy();
    await torch.gpu.device()!.lost;
    await expect(torch.synchronize()).rejects.toThrow(torch.DeviceLostError);
    expect(torch.gpu.device()).toBeNull();
    const second = painted(data);
    const later = fromPixels(second, { dtype: 'uint8' });
    paint(second);
    expect(await bytesOf(later)).toEqual(planes(data, 3));
  });

  test('a lost device is reported, and the next picture has a new one', async () => {
    const canvas = painted(picture(8, 8));
    const tensor = fromPixels(canvas);
    await torch.synchronize();
    torch.gpu.device()!.destroy();
    await torch.gpu.device()!.lost;
    const dead = fromPixels(canvas);
    await expect(dead.data()).rejects.toThrow(torch.DeviceLostError);
    await expect(tensor.data()).rejects.toThrow(torch.DeviceLostError);
    expect(await bytesOf(fromPixels(canvas, { dtype: 'uint8' }))).toEqual(planes(picture(8, 8), 3));
  });

  test('colours are not multiplied by alpha', async () => {
    const data = picture(16, 16, (i) => 255 - (i % 128));
    const bitmap = await createImageBitmap(data, { premultiplyAlpha: 'none' });
    expect(await bytesOf(fromPixels(bitmap, { dtype: 'uint8', channels: 4 }))).toEqual(planes(data, 4));
    // A canvas holds them multiplied, and the browser divides again where a tensor or getImageData asks, not quite in one way.
    const canvas = painted(data);
    const held = planes(canvas.getContext('2d')!.getImageData(0, 0, 16, 16), 4);
    const levels = await bytesOf(fromPixels(canvas, { dtype: 'uint8', channels: 4 }));
    expect(levels.every((level, i) => Math.abs(level - held[i]!) <= 1)).toBe(true);
    expect(levels.slice(3 * 256)).toEqual(planes(data, 4).slice(3 * 256));
  });

  test('one channel is grey, as Pillow has it', async () => {
    const data = picture(31, 9);
    const [red, green, blue] = [0, 1, 2].map((c) => Array.from(data.data).filter((_, i) => i % 4 === c));
    const grey = red!.map((r, i) => (19595 * r + 38470 * green![i]! + 7471 * blue![i]! + 32768) >> 16);
    const tensor = fromPixels(data, { channels: 1, dtype: 'uint8' });
    expect(tensor.shape).toEqual([1, 9, 31]);
    expect(await bytesOf(tensor)).toEqual(grey);
    expect(await bytesOf(fromPixels(painted(data), { channels: 1, dtype: 'uint8' }))).toEqual(grey);
  });

  test('pictures of one size make a batch', async () => {
    const [first, second] = [picture(10, 4), picture(10, 4, () => 9)];
    const batch = fromPixels([first, painted(first), second], { channels: 4, dtype: 'uint8' });
    expect(batch.shape).toEqual([3, 4, 4, 10]);
    expect(await bytesOf(batch)).toEqual([first, first, second].flatMap((data) => planes(data, 4)));
    expect(fromPixels([first]).shape).toEqual([1, 3, 4, 10]);
  });

  test('ToTensor takes pictures, also in Compose', async () => {
    const { Compose, Normalize, ToTensor } = vision.transforms;
    const data = picture(6, 5);
    const expected = planes(data, 3).map((byte) => Math.fround(byte / 255));
    const tensor = new ToTensor()(painted(data));
    expect(await bytesOf(tensor)).toEqual(expected);
    const half = new Compose([new ToTensor(), new Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])])(painted(data));
    expect(await half.sub(tensor.mul(2).sub(1)).abs().max().item()).toBeLessThan(1e-6);
  });

  test('a picture can be a leaf', async () => {
    const x = fromPixels(painted(picture(16, 8))).requiresGrad_();
    x.mul(x).sum().backward();
    expect(await x.grad!.equal(x.mul(2))).toBe(true);
  });

  test('one picture after another takes no more memory', async () => {
    const canvas = painted(picture(256, 256));
    const step = async () => {
      const x = fromPixels(canvas);
      await torch.synchronize();
      x.dispose();
    };
    for (let i = 0; i < 3; i++) await step();
    const { buffersCreated, plansCompiled, peakBytes } = torch.gpu.stats();
    for (let i = 0; i < 20; i++) await step();
    const after = torch.gpu.stats();
    expect(after.plansCompiled).toBe(plansCompiled);
    // On a busy machine, a step may begin while the browser still holds what the one before it wrote.
    expect(after.buffersCreated - buffersCreated).toBeLessThan(3);
    expect(after.peakBytes - peakBytes, 'beside the bytes of one picture').toBeLessThan(4 * 256 * 256);
  });

  test('says what is wrong with a picture', async () => {
    const closed = await createImageBitmap(picture(2, 2));
    closed.close();
    const foreign = new DOMException('The canvas is tainted', 'SecurityError');
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [
        () => fromPixels(new Image()),
        /of at least one pixel, but got HTMLImageElement of 0×0; await image.decode\(\) first/,
      ],
      [
        () => fromPixels(document.createElement('video')),
        /HTMLVideoElement without a frame; wait for its 'loadeddata'/,
      ],
      [() => fromPixels(closed), /ImageBitmap of 0×0; it has been closed/],
      [() => fromPixels(new OffscreenCanvas(0, 4)), /OffscreenCanvas of 0×4/],
      [() => fromPixels([]), /at least one picture, but got an empty list/],
      [() => fromPixels('cat.png' as never), /expected an image, canvas, .* but got String/],
      [() => fromPixels(null as never), /but got null/],
      [() => fromPixels(picture(2, 2), { channels: 2 as never }), /1, 3 or 4 channels, but got 2/],
      [() => fromPixels(picture(2, 2), { dtype: 'int32' as never }), /dtype float32 or uint8, but got int32/],
      [() => fromPixels([picture(2, 2), picture(2, 3)]), /one size, 2×2, but got ImageData of 2×3/],
      [() => fromPixels({ width: 2, height: 2, data: new Uint8Array(9) }), /\[2, 2, 4\], but got 9 bytes/],
      [() => fromPixels(new OffscreenCanvas(1e5, 1)), /at most \d+ pixels a side.* got OffscreenCanvas of 100000×1/],
    ];
    await torch.init();
    for (const [call, message] of cases) expect(call).toThrow(message);
    vi.spyOn(GPUQueue.prototype, 'copyExternalImageToTexture').mockImplementation(() => {
      throw foreign;
    });
    expect(() => fromPixels(painted(picture(2, 2)))).toThrow(
      /can be read, but got OffscreenCanvas: pictures from another site/,
    );
  });
});

describe('toCanvas', () => {
  /** What is copied onto canvases, whether or not this browser can show it. */
  function screen() {
    let texture: GPUTexture | undefined;
    let configuration: GPUCanvasConfiguration | undefined;
    const configure = vi.spyOn(GPUCanvasContext.prototype, 'configure').mockImplementation((given) => {
      configuration = given;
    });
    vi.spyOn(GPUCanvasContext.prototype, 'getCurrentTexture').mockImplementation(function (this: GPUCanvasContext) {
      const { device, format, usage } = configuration!;
      const { width, height } = this.canvas;
      texture = device.createTexture({ size: [width, height], format, usage: usage! | GPUTextureUsage.COPY_SRC });
      return texture;
    });
    return {
      configure,
      get alphaMode() {
        return configuration?.alphaMode;
      },
      /** Red, green, blue, alpha. */
      async bytes(): Promise<number[]> {
        const { width, height, format } = texture!;
        const { device } = configuration!;
        const bytesPerRow = Math.ceil((width * 4) / 256) * 256;
        const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
        const buffer = device.createBuffer({ size: bytesPerRow * height, usage });
        const encoder = device.createCommandEncoder();
        encoder.copyTextureToBuffer({ texture: texture! }, { buffer, bytesPerRow }, [width, height]);
        device.queue.submit([encoder.finish()]);
        await buffer.mapAsync(GPUMapMode.READ);
        const all = new Uint8Array(buffer.getMappedRange());
        const order = format === 'bgra8unorm' ? [2, 1, 0, 3] : [0, 1, 2, 3];
        return Array.from({ length: 4 * width * height }, (_, i) => {
          const pixel = Math.floor(i / 4);
          return all[Math.floor(pixel / width) * bytesPerRow + 4 * (pixel % width) + order[i % 4]!]!;
        });
      },
    };
  }

  test.each([
    [1, 1],
    [64, 3],
    [65, 7],
    [130, 90],
  ])('%d×%d: what an ImageData held comes out again', async (width, height) => {
    const shown = screen();
    const data = picture(width, height);
    for (const canvas of [document.createElement('canvas'), new OffscreenCanvas(1, 1)]) {
      for (const options of [{}, { dtype: 'uint8' }, { channels: 4 }] as const) {
        await toCanvas(fromPixels(data, options), canvas);
        expect([canvas.width, canvas.height]).toEqual([width, height]);
        expect(await shown.bytes()).toEqual(Array.from(data.data));
      }
    }
  });

  test('nothing is read back, and the same shape again is shown within the call', async () => {
    const shown = screen();
    const canvas = new OffscreenCanvas(1, 1);
    const tensors = [picture(40, 30), picture(40, 30, () => 255)].map((data) => fromPixels(data));
    await torch.synchronize();
    const { readbacks, dataWrites } = torch.gpu.stats();
    await toCanvas(tensors[0]!.neg().add(1), canvas);
    const { plansCompiled } = torch.gpu.stats();
    void toCanvas(tensors[1]!.neg().add(1), canvas);
    const bytes = await shown.bytes();
    expect(bytes.slice(0, 3)).toEqual([255 - 5, 255 - 130, 255]);
    expect(shown.configure).toHaveBeenCalledTimes(1);
    const after = torch.gpu.stats();
    expect([after.readbacks, after.dataWrites]).toEqual([readbacks, dataWrites]);
    expect(after.plansCompiled).toBe(plansCompiled);
  });

  test('grey, clamped, rounded, and NaN black', async () => {
    const shown = screen();
    const canvas = new OffscreenCanvas(1, 1);
    const values = [0, 1, 0.5, 2, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.4 / 255, 1.6 / 255];
    await toCanvas(torch.tensor([values]), canvas);
    const levels = [0, 255, 128, 255, 0, 0, 255, 1, 2];
    expect(await shown.bytes()).toEqual(levels.flatMap((level) => [level, level, level, 255]));
    expect(shown.alphaMode).toBe('opaque');
    await toCanvas(torch.tensor([[[7, 300, 255]]], { dtype: 'int32' }).to('uint8'), canvas);
    expect(await shown.bytes()).toEqual([7, 7, 7, 255, 44, 44, 44, 255, 255, 255, 255, 255]);
  });

  test('alpha is given as canvases hold it: colours multiplied', async () => {
    const shown = screen();
    const data = picture(12, 5, (i) => (i * 29) % 256);
    await toCanvas(fromPixels(data, { channels: 4 }), new OffscreenCanvas(1, 1));
    const expected = Array.from(data.data, (level, i) => {
      const alpha = data.data[i - (i % 4) + 3]!;
      return i % 4 === 3 ? level : Math.floor((level * alpha + 127) / 255);
    });
    expect(await shown.bytes()).toEqual(expected);
    expect(shown.alphaMode).toBe('premultiplied');
  });

  test('a view, a tensor with a gradient, and one within a scope', async () => {
    const shown = screen();
    const data = picture(6, 4);
    const x = fromPixels(data, { channels: 4 }).requiresGrad_();
    const canvas = new OffscreenCanvas(1, 1);
    let shows: Promise<void> | undefined;
    torch.scope(() => {
      shows = toCanvas(x.mul(1).flip([2]).transpose(1, 2), canvas);
    });
    await shows;
    const [r, g, b] = [0, 1, 2].map((c) => planes(data, 4).slice(24 * c, 24 * c + 24));
    const expected = Array.from({ length: 24 }, (_, i) => {
      const from = (i % 4) * 6 + 5 - Math.floor(i / 4);
      return [r![from], g![from], b![from], 255];
    });
    expect(await shown.bytes()).toEqual(expected.flat());
  });

  test('can be rehearsed', async () => {
    const shown = screen();
    const [source, canvas] = [painted(picture(17, 3)), new OffscreenCanvas(1, 1)];
    const frame = () => toCanvas(fromPixels(source).square(), canvas);
    await torch.warmup(frame);
    expect(shown.configure).not.toHaveBeenCalled();
    const { pipelinesCreated } = torch.gpu.stats();
    await frame();
    expect(torch.gpu.stats().pipelinesCreated).toBe(pipelinesCreated);
    expect((await shown.bytes())[0]).toBe(Math.round(25 / 255));
  });

  test('says what it cannot show, and reports a lost device', async () => {
    const used = new OffscreenCanvas(2, 2);
    used.getContext('2d');
    const canvas = new OffscreenCanvas(2, 2);
    const cases: readonly (readonly [Promise<void>, RegExp])[] = [
      [toCanvas(torch.zeros(2, 2, 2), canvas), /expected a picture .* but got shape \[2, 2, 2\]$/],
      [toCanvas(torch.zeros(5, 5, 3), canvas), /but got shape \[5, 5, 3\]; put its channels first with \.permute/],
      [toCanvas(torch.zeros(3), canvas), /but got shape \[3\]/],
      [toCanvas(torch.zeros(3, 0, 2), canvas), /at least one pixel, but got shape \[3, 0, 2\]/],
      [toCanvas(torch.zeros([2, 2], { dtype: 'int64' }), canvas), /float32 or uint8, but got int64/],
      [toCanvas(torch.zeros(2, 2), used), /one that has a context of another kind already/],
      [toCanvas(torch.zeros(2, 2), new Map() as never), /expected canvas to be a canvas of a page or worker, but got/],
    ];
    for (const [call, message] of cases) await expect(call).rejects.toThrow(message);

    const shown = screen();
    await toCanvas(torch.ones(2, 2), canvas);
    torch.gpu.device()!.destroy();
    await torch.gpu.device()!.lost;
    await expect(toCanvas(torch.ones(2, 2), canvas)).rejects.toThrow(torch.DeviceLostError);
    await toCanvas(torch.ones(2, 2), canvas);
    expect(await shown.bytes()).toEqual(new Array(16).fill(255));
  });
});

describe('plots in a page', () => {
  /** How many pixels of a canvas have each colour. */
  function colorsOf(canvas: HTMLCanvasElement): Map<string, number> {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const counts = new Map<string, number>();
    for (let i = 0; i < data.length; i += 4) {
      const key = Array.from(data.subarray(i, i + 4)).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  test('a chart in an element is drawn as values come, in the colours of its page', async () => {
    const element = document.createElement('div');
    element.style.cssText = 'width: 500px; color: rgb(240, 240, 240); background: black';
    document.body.append(element);
    const chart = new ChartLogger(element);
    for (let step = 0; step < 60; step++)
      chart.logMetrics({ train_loss: 1 / (step + 1), val_acc: step, epoch: 0 }, step);
    await vi.waitFor(() => expect(element.querySelector('canvas')).not.toBeNull(), 60_000);
    const canvas = element.querySelector('canvas')!;
    expect(canvas.clientWidth).toBe(500);
    expect(canvas.width).toBe(Math.round(500 * devicePixelRatio));
    expect(canvas.getAttribute('aria-label')).toMatch(/^loss; Step; last values: train_loss 0\.01667\. acc;/);
    const colors = colorsOf(canvas);
    // The paper is the page's; the line has the first of the colours for dark pages.
    expect(colors.get('0,0,0,0')!).toBeGreaterThan(canvas.width * canvas.height * 0.8);
    expect(colors.get('108,180,238,255')!).toBeGreaterThan(100);
    element.style.width = '300px';
    chart.finalize();
    expect([canvas.clientWidth, canvas.width]).toEqual([300, Math.round(300 * devicePixelRatio)]);
    element.remove();
  });

  test('a confusion matrix fills its cells, and a canvas of a page keeps its size', async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [240, 200];
    document.body.append(canvas);
    const metric = new ConfusionMatrix({ task: 'binary' });
    for (let i = 0; i < 2; i++)
      await metric.plot(
        torch.tensor([
          [9, 1],
          [2, 8],
        ]),
        { canvas },
      );
    expect([canvas.clientWidth, canvas.clientHeight]).toEqual([240, 200]);
    const colors = colorsOf(canvas);
    for (const cell of ['253,231,37,255', '68,1,84,255']) expect(colors.get(cell)!).toBeGreaterThan(1000);
    canvas.remove();
  });
});
