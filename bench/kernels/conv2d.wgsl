// conv2d.wgsl: 3×3 cross-correlation over images with a border of zeros; each invocation computes 7 × 7 elements of 8 channels.
//   y[n,o,i,j] = Σ_{c,p,q} w[o,c,p,q] · x[n,c,i+p-1,j+q-1],   squares[tile] = Σ y² over the tile
// The gradient by the input is the same over dy, with channels swapped and taps reversed: FLIP.
// A tile reads 81 elements and 72 weights for 3,528 multiplications, and each sum takes its nine products in a row.
override BATCH: u32 = 32u;
override FROM: u32 = 16u;
override TO: u32 = 32u;
override SIZE: u32 = 28u; // 7 divides it
override FLIP: bool = false;
override BORDER: u32 = 0u; // 1: y has a border like x

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [BATCH, FROM, SIZE + 2, SIZE + 8], the image from [1, 4]
@group(0) @binding(1) var<storage, read> w: array<f32>;       // [TO, FROM, 3, 3]; with FLIP [FROM, TO, 3, 3]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [BATCH, TO, SIZE, SIZE], or like x
@group(0) @binding(3) var<storage, read_write> squares: array<f32>; // [tiles]

// Seven neighbouring elements.
struct Seven {
  a: vec4f,
  b: vec3f,
}

// Those under each of three taps.
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

struct Tile {
  r0: Seven,
  r1: Seven,
  r2: Seven,
  r3: Seven,
  r4: Seven,
  r5: Seven,
  r6: Seven,
}

struct Taps {
  p0: vec3f,
  p1: vec3f,
  p2: vec3f,
}

fn windows(at: u32) -> Windows {
  let a = vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
  let b = vec4f(x[at + 4u], x[at + 5u], x[at + 6u], x[at + 7u]);
  let c = x[at + 8u];
  return Windows(Seven(a, b.xyz), Seven(vec4f(a.yzw, b.x), b.yzw), Seven(vec4f(a.zw, b.xy), vec3f(b.zw, c)));
}

fn taps(o: u32, c: u32) -> Taps {
  if (FLIP) {
    let at = (c * TO + o) * 9u;
    return Taps(vec3f(w[at + 8u], w[at + 7u], w[at + 6u]), vec3f(w[at + 5u], w[at + 4u], w[at + 3u]), vec3f(w[at + 2u], w[at + 1u], w[at]));
  }
  let at = (o * FROM + c) * 9u;
  return Taps(vec3f(w[at], w[at + 1u], w[at + 2u]), vec3f(w[at + 3u], w[at + 4u], w[at + 5u]), vec3f(w[at + 6u], w[at + 7u], w[at + 8u]));
}

fn chain(sum: Seven, w: vec3f, x: Windows) -> Seven {
  return Seven(
    fma(vec4f(w.z), x.q2.a, fma(vec4f(w.y), x.q1.a, fma(vec4f(w.x), x.q0.a, sum.a))),
    fma(vec3f(w.z), x.q2.b, fma(vec3f(w.y), x.q1.b, fma(vec3f(w.x), x.q0.b, sum.b))),
  );
}

fn row(sum: Seven, w: Taps, x0: Windows, x1: Windows, x2: Windows) -> Seven {
  return chain(chain(chain(sum, w.p0, x0), w.p1, x1), w.p2, x2);
}

fn add(sum: ptr<function, Tile>, w: Taps, x: Input) {
  (*sum).r0 = row((*sum).r0, w, x.r0, x.r1, x.r2);
  (*sum).r1 = row((*sum).r1, w, x.r1, x.r2, x.r3);
  (*sum).r2 = row((*sum).r2, w, x.r2, x.r3, x.r4);
  (*sum).r3 = row((*sum).r3, w, x.r3, x.r4, x.r5);
  (*sum).r4 = row((*sum).r4, w, x.r4, x.r5, x.r6);
  (*sum).r5 = row((*sum).r5, w, x.r5, x.r6, x.r7);
  (*sum).r6 = row((*sum).r6, w, x.r6, x.r7, x.r8);
}

fn store(at: u32, sum: Seven) -> f32 {
  y[at] = sum.a.x;
  y[at + 1u] = sum.a.y;
  y[at + 2u] = sum.a.z;
  y[at + 3u] = sum.a.w;
  y[at + 4u] = sum.b.x;
  y[at + 5u] = sum.b.y;
  y[at + 6u] = sum.b.z;
  return dot(sum.a, sum.a) + dot(sum.b, sum.b);
}

fn put(n: u32, o: u32, i: u32, j: u32, sum: Tile) -> f32 {
  let pitch = SIZE + 8u * BORDER;
  let at = ((n * TO + o) * (SIZE + 2u * BORDER) + i + BORDER) * pitch + j + 4u * BORDER;
  var square = store(at, sum.r0);
  square += store(at + pitch, sum.r1);
  square += store(at + 2u * pitch, sum.r2);
  square += store(at + 3u * pitch, sum.r3);
  square += store(at + 4u * pitch, sum.r4);
  square += store(at + 5u * pitch, sum.r5);
  square += store(at + 6u * pitch, sum.r6);
  return square;
}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let side = SIZE / 7u;
  if (id.x >= BATCH * TO / 8u * side * side) { return; }
  let j = id.x % side * 7u;
  let i = id.x / side % side * 7u;
  let n = id.x / (side * side) % BATCH;
  let o = id.x / (side * side * BATCH) * 8u;
  var s0: Tile;
  var s1: Tile;
  var s2: Tile;
  var s3: Tile;
  var s4: Tile;
  var s5: Tile;
  var s6: Tile;
  var s7: Tile;
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
    add(&s0, taps(o, c), image);
    add(&s1, taps(o + 1u, c), image);
    add(&s2, taps(o + 2u, c), image);
    add(&s3, taps(o + 3u, c), image);
    add(&s4, taps(o + 4u, c), image);
    add(&s5, taps(o + 5u, c), image);
    add(&s6, taps(o + 6u, c), image);
    add(&s7, taps(o + 7u, c), image);
  }
  var square = put(n, o, i, j, s0);
  square += put(n, o + 1u, i, j, s1);
  square += put(n, o + 2u, i, j, s2);
  square += put(n, o + 3u, i, j, s3);
  square += put(n, o + 4u, i, j, s4);
  square += put(n, o + 5u, i, j, s5);
  square += put(n, o + 6u, i, j, s6);
  square += put(n, o + 7u, i, j, s7);
  squares[id.x] = square;
}
