// conv-transpose.wgsl: transposed convolution with a 4×4 kernel, stride 2 and padding 1; each invocation computes 14 × 14
// elements of 2 channels from 7 × 7 of x.
//   y[n,o,i,j] = Σ_{c,p,q} w[c,o,p,q] · x[n,c,(i+1-p)/2,(j+1-q)/2], whole quotients only;   squares[tile] = Σ y² over the tile
// Even rows meet the kernel's rows 1 and 3, odd ones its rows 0 and 2; columns likewise: no inserted zero is multiplied.
override BATCH: u32 = 8u;
override FROM: u32 = 32u;
override TO: u32 = 16u;
override SIZE: u32 = 14u; // of x; 7 divides it
override BORDER: u32 = 0u; // 1: y has a border like x

@group(0) @binding(0) var<storage, read> x: array<f32>;         // [BATCH, FROM, SIZE + 2, SIZE + 8], the image from [1, 4]
@group(0) @binding(1) var<storage, read> w: array<vec4f>;       // [FROM, TO, 4, 4]
@group(0) @binding(2) var<storage, read_write> y: array<vec2f>; // [BATCH, TO, 2·SIZE, 2·SIZE], or with a border
@group(0) @binding(3) var<storage, read_write> squares: array<f32>; // [tiles]

// Seven neighbouring elements, or every other one.
struct Seven {
  a: vec4f,
  b: vec3f,
}

// Those left of, under and right of a place.
struct Windows {
  q0: Seven,
  q1: Seven,
  q2: Seven,
}

struct Input {
  r0: Windows,
  r1: Windows,
  r2: Windows,
  r3: Windows,
  r4: Windows,
  r5: Windows,
  r6: Windows,
  r7: Windows,
  r8: Windows,
}

// Fourteen elements of a row: the even columns and the odd ones.
struct Line {
  even: Seven,
  odd: Seven,
}

struct Tile {
  r0: Line,
  r1: Line,
  r2: Line,
  r3: Line,
  r4: Line,
  r5: Line,
  r6: Line,
  r7: Line,
  r8: Line,
  r9: Line,
  r10: Line,
  r11: Line,
  r12: Line,
  r13: Line,
}

fn windows(at: u32) -> Windows {
  let a = vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
  let b = vec4f(x[at + 4u], x[at + 5u], x[at + 6u], x[at + 7u]);
  let c = x[at + 8u];
  return Windows(Seven(a, b.xyz), Seven(vec4f(a.yzw, b.x), b.yzw), Seven(vec4f(a.zw, b.xy), vec3f(b.zw, c)));
}

fn mad(sum: Seven, s: f32, x: Seven) -> Seven {
  return Seven(fma(vec4f(s), x.a, sum.a), fma(vec3f(s), x.b, sum.b));
}

fn line(sum: Line, s: vec4f, u: Windows, t: vec4f, v: Windows) -> Line {
  return Line(
    mad(mad(mad(mad(sum.even, s.y, u.q1), s.w, u.q0), t.y, v.q1), t.w, v.q0),
    mad(mad(mad(mad(sum.odd, s.x, u.q2), s.z, u.q1), t.x, v.q2), t.z, v.q1),
  );
}

fn add(sum: ptr<function, Tile>, at: u32, x: Input) {
  let p0 = w[at];
  let p1 = w[at + 1u];
  let p2 = w[at + 2u];
  let p3 = w[at + 3u];
  (*sum).r0 = line((*sum).r0, p1, x.r1, p3, x.r0);
  (*sum).r1 = line((*sum).r1, p0, x.r2, p2, x.r1);
  (*sum).r2 = line((*sum).r2, p1, x.r2, p3, x.r1);
  (*sum).r3 = line((*sum).r3, p0, x.r3, p2, x.r2);
  (*sum).r4 = line((*sum).r4, p1, x.r3, p3, x.r2);
  (*sum).r5 = line((*sum).r5, p0, x.r4, p2, x.r3);
  (*sum).r6 = line((*sum).r6, p1, x.r4, p3, x.r3);
  (*sum).r7 = line((*sum).r7, p0, x.r5, p2, x.r4);
  (*sum).r8 = line((*sum).r8, p1, x.r5, p3, x.r4);
  (*sum).r9 = line((*sum).r9, p0, x.r6, p2, x.r5);
  (*sum).r10 = line((*sum).r10, p1, x.r6, p3, x.r5);
  (*sum).r11 = line((*sum).r11, p0, x.r7, p2, x.r6);
  (*sum).r12 = line((*sum).r12, p1, x.r7, p3, x.r6);
  (*sum).r13 = line((*sum).r13, p0, x.r8, p2, x.r7);
}

fn store(at: u32, sum: Line) -> f32 {
  y[at] = vec2f(sum.even.a.x, sum.odd.a.x);
  y[at + 1u] = vec2f(sum.even.a.y, sum.odd.a.y);
  y[at + 2u] = vec2f(sum.even.a.z, sum.odd.a.z);
  y[at + 3u] = vec2f(sum.even.a.w, sum.odd.a.w);
  y[at + 4u] = vec2f(sum.even.b.x, sum.odd.b.x);
  y[at + 5u] = vec2f(sum.even.b.y, sum.odd.b.y);
  y[at + 6u] = vec2f(sum.even.b.z, sum.odd.b.z);
  return dot(sum.even.a, sum.even.a) + dot(sum.even.b, sum.even.b) + dot(sum.odd.a, sum.odd.a) + dot(sum.odd.b, sum.odd.b);
}

fn put(n: u32, o: u32, i: u32, j: u32, sum: Tile) -> f32 {
  let pitch = SIZE + 4u * BORDER; // in pairs
  let at = ((n * TO + o) * (2u * SIZE + 2u * BORDER) + 2u * i + BORDER) * pitch + j + 2u * BORDER;
  var square = store(at, sum.r0);
  square += store(at + pitch, sum.r1);
  square += store(at + 2u * pitch, sum.r2);
  square += store(at + 3u * pitch, sum.r3);
  square += store(at + 4u * pitch, sum.r4);
  square += store(at + 5u * pitch, sum.r5);
  square += store(at + 6u * pitch, sum.r6);
  square += store(at + 7u * pitch, sum.r7);
  square += store(at + 8u * pitch, sum.r8);
  square += store(at + 9u * pitch, sum.r9);
  square += store(at + 10u * pitch, sum.r10);
  square += store(at + 11u * pitch, sum.r11);
  square += store(at + 12u * pitch, sum.r12);
  square += store(at + 13u * pitch, sum.r13);
  return square;
}

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let side = SIZE / 7u;
  if (id.x >= BATCH * TO / 2u * side * side) { return; }
  let j = id.x % side * 7u;
  let i = id.x / side % side * 7u;
  let n = id.x / (side * side) % BATCH;
  let o = id.x / (side * side * BATCH) * 2u;
  var s0: Tile;
  var s1: Tile;
  for (var c = 0u; c < FROM; c++) {
    let pitch = SIZE + 8u;
    let at = ((n * FROM + c) * (SIZE + 2u) + i) * pitch + j + 3u;
    let image = Input(
      windows(at),
      windows(at + pitch),
      windows(at + 2u * pitch),
      windows(at + 3u * pitch),
      windows(at + 4u * pitch),
      windows(at + 5u * pitch),
      windows(at + 6u * pitch),
      windows(at + 7u * pitch),
      windows(at + 8u * pitch),
    );
    add(&s0, (c * TO + o) * 4u, image);
    add(&s1, (c * TO + o + 1u) * 4u, image);
  }
  squares[id.x] = put(n, o, i, j, s0) + put(n, o + 1u, i, j, s1);
}
