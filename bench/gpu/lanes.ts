// What instructions of AMD's GPUs compute, as far as control flow and addresses need it: integers, masks, and the few float
// operations by which compilers divide integers. What is not here is unknown, as is what comes out of memory.

/** Of up to three operands, as 32-bit numbers without sign. */
type Compute = (a: number, b: number, c: number) => number;

const bits = new DataView(new ArrayBuffer(8));
export const asFloat = (x: number): number => {
  bits.setUint32(0, x);
  return bits.getFloat32(0);
};
export const asBits = (x: number): number => {
  bits.setFloat32(0, x);
  return bits.getUint32(0);
};

const high = (a: number, b: number): number => Number((BigInt(a >>> 0) * BigInt(b >>> 0)) >> 32n);
const highSigned = (a: number, b: number): number => Number((BigInt(a | 0) * BigInt(b | 0)) >> 32n);
const bitCount = (x: number): number => {
  let n = 0;
  for (let rest = x >>> 0; rest; rest &= rest - 1) n++;
  return n;
};
const firstBit = (x: number): number => (x ? 31 - Math.clz32(x & -x) : -1);
const leading = (x: number): number => (x ? Math.clz32(x) : -1);
const reversed = (x: number): number => {
  let y = 0;
  for (let i = 0; i < 32; i++) y = (y << 1) | ((x >>> i) & 1);
  return y;
};
const field = (x: number, at: number, width: number): number =>
  width === 0 ? 0 : (x >>> (at & 31)) & (width >= 32 ? -1 : (1 << width) - 1);
const signedField = (x: number, at: number, width: number): number =>
  width === 0 ? 0 : (field(x, at, width) << (32 - width)) >> (32 - width);
const mask = (width: number, at: number): number => ((1 << (width & 31)) - 1) << (at & 31);
const clamped = (x: number): number => (Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), 0), 0xffffffff));

const shared: Readonly<Record<string, Compute>> = {
  and_b32: (a, b) => a & b,
  or_b32: (a, b) => a | b,
  xor_b32: (a, b) => a ^ b,
  xnor_b32: (a, b) => ~(a ^ b),
  not_b32: (a) => ~a,
  mov_b32: (a) => a,
  brev_b32: reversed,
  bfrev_b32: reversed,
  min_u32: (a, b) => Math.min(a, b),
  max_u32: (a, b) => Math.max(a, b),
  min_i32: (a, b) => Math.min(a | 0, b | 0),
  max_i32: (a, b) => Math.max(a | 0, b | 0),
  mul_hi_u32: high,
  mul_hi_i32: highSigned,
  bfm_b32: mask,
};

/** Vector instructions by their name without `v_` and without what tells of carries. */
export const vector: Readonly<Record<string, Compute>> = {
  ...shared,
  add_u32: (a, b) => a + b,
  sub_u32: (a, b) => a - b,
  subrev_u32: (a, b) => b - a,
  add_i32: (a, b) => a + b,
  sub_i32: (a, b) => a - b,
  add3_u32: (a, b, c) => a + b + c,
  lshlrev_b32: (a, b) => b << (a & 31),
  lshrrev_b32: (a, b) => b >>> (a & 31),
  ashrrev_i32: (a, b) => b >> (a & 31),
  lshl_add_u32: (a, b, c) => (a << (b & 31)) + c,
  add_lshl_u32: (a, b, c) => (a + b) << (c & 31),
  lshl_or_b32: (a, b, c) => (a << (b & 31)) | c,
  and_or_b32: (a, b, c) => (a & b) | c,
  or3_b32: (a, b, c) => a | b | c,
  xad_u32: (a, b, c) => (a ^ b) + c,
  bfe_u32: (a, b, c) => field(a, b, c & 31),
  bfe_i32: (a, b, c) => signedField(a, b, c & 31),
  bfi_b32: (a, b, c) => (a & b) | (~a & c),
  alignbit_b32: (a, b, c) => Number(((BigInt(a) << 32n) | BigInt(b)) >> BigInt(c & 31)) | 0,
  mul_lo_u32: (a, b) => Math.imul(a, b),
  mul_lo_i32: (a, b) => Math.imul(a, b),
  mul_u32_u24: (a, b) => Math.imul(a & 0xffffff, b & 0xffffff),
  mul_i32_i24: (a, b) => Math.imul((a << 8) >> 8, (b << 8) >> 8),
  mad_u32_u24: (a, b, c) => Math.imul(a & 0xffffff, b & 0xffffff) + c,
  mad_i32_i24: (a, b, c) => Math.imul((a << 8) >> 8, (b << 8) >> 8) + c,
  min3_u32: (a, b, c) => Math.min(a, b, c),
  max3_u32: (a, b, c) => Math.max(a, b, c),
  med3_u32: (a, b, c) => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c)),
  med3_i32: (a, b, c) => Math.max(Math.min(a | 0, b | 0), Math.min(Math.max(a | 0, b | 0), c | 0)),
  bcnt_u32_b32: (a, b) => bitCount(a) + b,
  ffbl_b32: firstBit,
  ffbh_u32: leading,
  cvt_f32_u32: (a) => asBits(a),
  cvt_f32_i32: (a) => asBits(a | 0),
  cvt_u32_f32: (a) => clamped(asFloat(a)),
  cvt_i32_f32: (a) => Math.trunc(asFloat(a)) | 0,
  rcp_f32: (a) => asBits(1 / asFloat(a)),
  rcp_iflag_f32: (a) => asBits(1 / asFloat(a)),
  mul_f32: (a, b) => asBits(asFloat(a) * asFloat(b)),
  add_f32: (a, b) => asBits(asFloat(a) + asFloat(b)),
  trunc_f32: (a) => asBits(Math.trunc(asFloat(a))),
  floor_f32: (a) => asBits(Math.floor(asFloat(a))),
};

/** Scalar instructions of 32 bits that leave SCC alone, or set it to whether the result is zero. */
export const scalar: Readonly<Record<string, Compute>> = {
  ...shared,
  mul_i32: (a, b) => Math.imul(a, b),
  nand_b32: (a, b) => ~(a & b),
  nor_b32: (a, b) => ~(a | b),
  andn2_b32: (a, b) => a & ~b,
  orn2_b32: (a, b) => a | ~b,
  lshl_b32: (a, b) => a << (b & 31),
  lshr_b32: (a, b) => a >>> (b & 31),
  ashr_i32: (a, b) => a >> (b & 31),
  bfe_u32: (a, b) => field(a, b & 31, (b >>> 16) & 127),
  bfe_i32: (a, b) => signedField(a, b & 31, (b >>> 16) & 127),
  lshl1_add_u32: (a, b) => (a << 1) + b,
  lshl2_add_u32: (a, b) => (a << 2) + b,
  lshl3_add_u32: (a, b) => (a << 3) + b,
  lshl4_add_u32: (a, b) => (a << 4) + b,
  ff1_i32_b32: firstBit,
  flbit_i32_b32: leading,
  bcnt1_i32_b32: bitCount,
  abs_i32: (a) => Math.abs(a | 0),
  sext_i32_i8: (a) => (a << 24) >> 24,
  sext_i32_i16: (a) => (a << 16) >> 16,
  pack_ll_b32_b16: (a, b) => (a & 0xffff) | (b << 16),
};

/** Scalar instructions whose SCC tells whether the result is other than zero. */
export const TELLS_ZERO = /^(and|or|xor|xnor|not|nand|nor|andn2|orn2|lshl|lshr|ashr|bfe|bcnt1|abs|wqm)_/;

/** Scalar instructions of 64 bits, as pairs. */
export const wide: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  mov_b64: (a) => a,
  not_b64: (a) => ~a,
  and_b64: (a, b) => a & b,
  or_b64: (a, b) => a | b,
  xor_b64: (a, b) => a ^ b,
  xnor_b64: (a, b) => ~(a ^ b),
  nand_b64: (a, b) => ~(a & b),
  nor_b64: (a, b) => ~(a | b),
  andn2_b64: (a, b) => a & ~b,
  orn2_b64: (a, b) => a | ~b,
  lshl_b64: (a, b) => a << (b & 63n),
  lshr_b64: (a, b) => BigInt.asUintN(64, a) >> (b & 63n),
  ashr_i64: (a, b) => BigInt.asIntN(64, a) >> (b & 63n),
  bfm_b64: (a, b) => ((1n << (a & 63n)) - 1n) << (b & 63n),
  wqm_b64: (a) => a,
};

/** Comparisons by the end of their name; floats are unknown. */
export const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  eq: (a, b) => a === b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  lg: (a, b) => a !== b,
  ne: (a, b) => a !== b,
  ge: (a, b) => a >= b,
};
