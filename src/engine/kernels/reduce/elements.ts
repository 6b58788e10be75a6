// The libraries that set the element type of kernels which are written once for several types.
import elementF32 from '../../../../shaders/lib/element-f32.wgsl?raw';
import elementI32 from '../../../../shaders/lib/element-i32.wgsl?raw';
import elementU32 from '../../../../shaders/lib/element-u32.wgsl?raw';
import type { Scalar } from '../../core/meta';

/** The WGSL library that sets a kernel's element type: floats, signed or unsigned integers. */
export const elementLibs: Record<Scalar, string> = { f32: elementF32, i32: elementI32, u32: elementU32 };
