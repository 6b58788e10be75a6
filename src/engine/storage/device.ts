// Devices by PyTorch's names. A script may name any of them, and all stand for the one WebGPU device.
import { ArgumentError } from '../core/errors';
import { type Arguments, kindOf, parseArgs } from '../core/options';
import { Printable } from '../core/printable';

const types = ['webgpu', 'cuda', 'cpu', 'mps', 'xpu', 'xla', 'hpu', 'mtia', 'ipu', 'hip', 'vulkan', 'meta'] as const;

type DeviceType = (typeof types)[number];

/** A device by name, with a number or without: `'cuda'`, `'cuda:0'`, `'cpu'`, `'mps'`. */
export type DeviceName = DeviceType | `${DeviceType}:${number}`;

/** A name of a device: a string, a `torch.device`, or the number of an accelerator. */
export type DeviceLike = DeviceName | Device | number;

/** The result of `torch.device`. Every tensor is on `webgpu`, for any device it was sent to. */
export class Device extends Printable {
  constructor(
    /** The type. */
    readonly type: string,
    readonly index: number | null,
  ) {
    super();
  }

  /** `cuda`, `cuda:0`. */
  override toString(): string {
    return this.index === null ? this.type : `${this.type}:${this.index}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** PyTorch counts devices in one byte. */
const MOST = 127;

const known = new RegExp(`^(${types.join('|')})(?::(\\d+))?$`);

/** Whether a value is a device, or looks like the name of one. */
export const isDevice = (value: unknown): value is DeviceLike =>
  value instanceof Device || (typeof value === 'string' && known.test(value));

/** @throws ArgumentError if PyTorch knows no such device */
export function expectDevice(op: string, given: unknown): Device {
  if (given instanceof Device) return given;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= MOST)
    return new Device('cuda', given);
  const [, type, index] = (typeof given === 'string' && known.exec(given)) || [];
  if (type !== undefined) return new Device(type, index === undefined ? null : Number(index));
  const got = typeof given === 'string' ? `'${given}'` : kindOf(given);
  throw new ArgumentError(
    `${op}: expected a device such as 'cuda', 'cuda:0', 'cpu', 'mps' or 'webgpu', but got ${got}; every tensor is on WebGPU whichever is named`,
  );
}

/**
 * A device by the name that PyTorch has for it: `torch.device('cuda')`, `torch.device('cuda:0')`,
 * `torch.device('cpu')`. It may stand wherever PyTorch takes a device, and changes nothing: every tensor is on the only
 * device, `webgpu`.
 *
 * @throws ArgumentError for a name that PyTorch does not know
 */
export function device(...args: Arguments<DeviceParameters, ['type', 'index']>): Device {
  const { type, index } = parseArgs<DeviceParameters>('device', ['type'], { index: null }, args);
  const named = expectDevice('device', type);
  if (index === null) return named;
  if (named.index !== null || !Number.isInteger(index) || index < 0) {
    throw new ArgumentError(`device: expected one number of a device, 0 or more, but got '${named}' and ${index}`);
  }
  return new Device(named.type, index);
}

interface DeviceParameters {
  /** The type. */
  type: DeviceLike;
  /** The number of the device; default: none. */
  index?: number | null;
}

/** Where every tensor is. */
export const webgpu = new Device('webgpu', null);
