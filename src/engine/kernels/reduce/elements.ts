// The types of elements that one kernel is written for.
import elementF32 from '../../../../shaders/lib/element-f32.wgsl?raw';
import elementI32 from '../../../../shaders/lib/element-i32.wgsl?raw';
import elementU32 from '../../../../shaders/lib/element-u32.wgsl?raw';
import type { Scalar } from '../../core/meta';

/** WGSL that makes a kernel one of floats, signed or unsigned integers. */
export const elementLibs: Record<Scalar, string> = { f32: elementF32, i32: elementI32, u32: elementU32 };
