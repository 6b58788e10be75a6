// Pictures: copies pixels of images, canvases and videos into GPU memory, and from there onto canvases, without passing
// through JavaScript.
import { ArgumentError, OutOfMemoryError } from '../core/errors';
import type { Allocation, Memory } from './memory';

/** The sources whose pixels WebGPU can copy. */
export type PictureSource =
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame;

/** A picture to be copied as it is now. */
export interface Picture {
  readonly source: PictureSource;
  readonly width: number;
  readonly height: number;
  /** Its name in error messages. */
  readonly name: string;
}

/** A canvas that pixels are shown on. */
export interface Screen {
  readonly context: GPUCanvasContext;
  readonly format: GPUTextureFormat;
  readonly width: number;
  readonly height: number;
  /** Whether pixels have an alpha, by which their colours have been multiplied. */
  readonly transparent: boolean;
}

const BYTES_PER_PIXEL = 4;
/**
 * WebGPU copies between buffers and textures only if each row in the buffer begins at a multiple of this many bytes.
 */
const ROW_ALIGNMENT = 256;

const TEXTURE_USAGE = 0x01 | 0x02 | 0x10; // COPY_SRC | COPY_DST | RENDER_ATTACHMENT; copyExternalImageToTexture needs the last two
const SCREEN_USAGE = 0x02; // COPY_DST
/** Textures grow in steps of this many pixels, so that pictures of similar sizes share one. */
const SIZE_STEP = 64;

/** The row stride, in pixels, of a buffer that is copied from or to a texture of this width. */
export const rowPixels = (width: number): number =>
  Math.ceil((width * BYTES_PER_PIXEL) / ROW_ALIGNMENT) * (ROW_ALIGNMENT / BYTES_PER_PIXEL);

/** Takes a picture into memory. */
export interface Capture {
  /** Takes the picture as it is now; null if the browser cannot do that synchronously. */
  now(memory: Memory): Allocation | null;
  /** Copies the picture as it is now, to take it into memory once there is a device. */
  copy(): Promise<(memory: Memory) => Allocation>;
}

/**
 * Takes a picture into memory as RGBA pixels of four bytes, colours not multiplied by alpha, with rows of `rowPixels`.
 */
export const captureOf = (picture: Picture): Capture => ({
  now: (memory) => texturesOf(memory).captureNow(picture),
  async copy() {
    const copy = await copyOf(picture);
    return (memory) => texturesOf(memory).capture(copy);
  },
});

/** The browser's own copy of a picture as it is now. */
async function copyOf(picture: Picture): Promise<Picture> {
  try {
    return { ...picture, source: await createImageBitmap(picture.source, { premultiplyAlpha: 'none' }) };
  } catch (cause) {
    throw refused(picture, cause);
  }
}

const textures = new WeakMap<Memory, Textures>();

/** The textures of a device, made at its first picture. */
function texturesOf(memory: Memory): Textures {
  const known = textures.get(memory) ?? new Textures(memory);
  textures.set(memory, known);
  return known;
}

/** Copies pictures to buffers by way of one texture, which is as large as the largest picture so far. */
class Textures {
  private texture: GPUTexture | null = null;

  constructor(private readonly memory: Memory) {
    memory.beforeTrim(() => this.release());
  }

  capture(picture: Picture): Allocation {
    const { device, queue } = this.memory;
    const { source, width, height } = picture;
    const texture = this.textureFor(picture);
    try {
      device.queue.copyExternalImageToTexture({ source }, { texture, colorSpace: 'srgb', premultipliedAlpha: false }, [
        width,
        height,
      ]);
    } catch (cause) {
      throw refused(picture, cause);
    }
    const bytesPerRow = rowPixels(width) * BYTES_PER_PIXEL;
    const allocation = this.memory.allocate(bytesPerRow * height);
    const { buffer, offset } = allocation;
    const encoder = device.createCommandEncoder();
    encoder.copyTextureToBuffer({ texture }, { buffer, offset, bytesPerRow }, [width, height]);
    queue.submit(encoder);
    return allocation;
  }

  /** As `capture`; null for a video whose frames this browser can only copy by way of `copyOf`. */
  captureNow(picture: Picture): Allocation | null {
    try {
      return this.capture(picture);
    } catch (error) {
      if (!isFilm(picture.source) || isForeign((error as Error).cause)) throw error;
      return null;
    }
  }

  private textureFor({ name, width, height }: Picture): GPUTexture {
    const { device } = this.memory;
    const limit = device.limits.maxTextureDimension2D;
    if (Math.max(width, height) > limit) {
      throw new OutOfMemoryError(
        `fromPixels: expected a picture of at most ${limit} pixels a side, this device's maxTextureDimension2D, but got ` +
          `${name} of ${width}×${height}; make it smaller with createImageBitmap(…, { resizeWidth })`,
      );
    }
    const before = this.texture;
    if (before && before.width >= width && before.height >= height) return before;
    const atLeast = (size: number, other = 0) =>
      Math.min(Math.max(Math.ceil(size / SIZE_STEP) * SIZE_STEP, other), limit);
    const size = [atLeast(width, before?.width), atLeast(height, before?.height)];
    this.release();
    this.memory.count(size[0]! * size[1]! * BYTES_PER_PIXEL);
    this.texture = device.createTexture({
      label: 'lamplight pictures',
      size,
      format: 'rgba8unorm',
      usage: TEXTURE_USAGE,
    });
    return this.texture;
  }

  /** Gives the texture back to the system. */
  private release(): void {
    if (!this.texture) return;
    this.memory.count(-this.texture.width * this.texture.height * BYTES_PER_PIXEL);
    this.texture.destroy();
    this.texture = null;
  }
}

/** The last configuration of each canvas. Configuring it again would throw away its textures. */
const configured = new WeakMap<GPUCanvasContext, { readonly device: GPUDevice; readonly transparent: boolean }>();

/** Copies pixels in rows of `rowPixels` onto a canvas. */
export function show({ memory: { device, queue }, buffer, offset }: Allocation, screen: Screen): void {
  const { context, format, width, height, transparent } = screen;
  const before = configured.get(context);
  if (before?.device !== device || before.transparent !== transparent) {
    const alphaMode = transparent ? 'premultiplied' : 'opaque';
    context.configure({ device, format, usage: SCREEN_USAGE, alphaMode });
    configured.set(context, { device, transparent });
  }
  const encoder = device.createCommandEncoder();
  const bytesPerRow = rowPixels(width) * BYTES_PER_PIXEL;
  const texture = context.getCurrentTexture();
  encoder.copyBufferToTexture({ buffer, offset, bytesPerRow }, { texture }, [width, height]);
  queue.submit(encoder);
}

const isFilm = (source: PictureSource): boolean => 'videoWidth' in source || 'displayWidth' in source;

/** Whether the browser forbids reading a picture because it comes from another site. */
const isForeign = (cause: unknown): boolean => (cause as Error | undefined)?.name === 'SecurityError';

function refused({ name }: Picture, cause: unknown): ArgumentError {
  const why = isForeign(cause)
    ? 'pictures from another site are in it, which pages may not read; serve them from this one, or with CORS headers and ' +
      "crossOrigin = 'anonymous' on the element"
    : (cause as Error).message;
  return new ArgumentError(`fromPixels: expected a picture whose pixels can be read, but got ${name}: ${why}`, {
    cause,
  });
}
