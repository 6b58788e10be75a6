// Types of the platform that not every program has: of WebGPU before TypeScript 6, of pages without the library "DOM". The
// declarations of a build take them from here: what the program knows under a name, or else the little that is said of it here.

interface AnyDevice {
  readonly label: string;
  readonly features: ReadonlySet<string>;
  readonly limits: object;
  readonly queue: object;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  destroy(): void;
}

interface WithSizes {
  readonly width: number;
  readonly height: number;
}

interface Drawable extends WithSizes {
  getContext(kind: string): unknown;
}

interface Element {
  readonly ownerDocument: { createElement(tag: string): object };
  append(...children: never[]): void;
}

interface Pixels extends WithSizes {
  readonly data: Uint8ClampedArray;
}

interface Video {
  readonly videoWidth: number;
  readonly videoHeight: number;
}

interface Frame {
  readonly displayWidth: number;
  readonly displayHeight: number;
}

interface Bytes {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

interface Address {
  readonly href: string;
}

interface Asked {
  readonly url: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

type Global<Name extends string, Otherwise> = typeof globalThis extends { [key in Name]: { prototype: infer Known } }
  ? Known
  : Otherwise;

export type GPUAdapterInfo = Global<'GPUAdapterInfo', object>;
export type GPUBindGroup = Global<'GPUBindGroup', object>;
export type GPUBindGroupLayout = Global<'GPUBindGroupLayout', object>;
export type GPUBuffer = Global<'GPUBuffer', object>;
export type GPUCanvasContext = Global<'GPUCanvasContext', object>;
export type GPUCommandEncoder = Global<'GPUCommandEncoder', object>;
export type GPUComputePassEncoder = Global<'GPUComputePassEncoder', object>;
export type GPUComputePassTimestampWrites = object;
export type GPUComputePipeline = Global<'GPUComputePipeline', object>;
export type GPUDevice = Global<'GPUDevice', AnyDevice>;
export type GPUError = Global<'GPUError', { readonly message: string }>;
export type GPUPowerPreference = 'low-power' | 'high-performance';
export type GPUQueue = Global<'GPUQueue', object>;
export type GPUTextureFormat = string;

export type Blob = Global<'Blob', Bytes>;
export type CanvasRenderingContext2D = Global<'CanvasRenderingContext2D', { readonly [member: string]: unknown }>;
export type HTMLCanvasElement = Global<'HTMLCanvasElement', Drawable>;
export type HTMLElement = Global<'HTMLElement', Element>;
export type HTMLImageElement = Global<'HTMLImageElement', WithSizes>;
export type HTMLVideoElement = Global<'HTMLVideoElement', Video>;
export type ImageBitmap = Global<'ImageBitmap', WithSizes>;
export type ImageData = Global<'ImageData', Pixels>;
export type OffscreenCanvas = Global<'OffscreenCanvas', Drawable>;
export type Request = Global<'Request', Asked>;
export type URL = Global<'URL', Address>;
export type VideoFrame = Global<'VideoFrame', Frame>;
export type AbortSignal = Global<'AbortSignal', { readonly aborted: boolean; readonly reason: unknown }>;
export type Event = Global<'Event', { readonly type: string }>;
export type File = Global<'File', Bytes & { readonly name: string }>;
export type FileList = Global<'FileList', ArrayLike<Bytes & { readonly name: string }>>;
export type FileSystemDirectoryEntry = Global<
  'FileSystemDirectoryEntry',
  { readonly name: string; readonly isDirectory: boolean }
>;
export type FileSystemDirectoryHandle = Global<
  'FileSystemDirectoryHandle',
  { readonly kind: 'directory'; readonly name: string }
>;
export type FileSystemFileHandle = Global<'FileSystemFileHandle', { readonly kind: 'file'; readonly name: string }>;
export type Response = Global<'Response', Asked>;
export type WritableStream<_Chunk = unknown> = Global<
  'WritableStream',
  { readonly locked: boolean; getWriter(): unknown }
>;
