// conv-transpose-input-grad.wgsl: gradient of a transposed convolution (4×4, stride 2, padding 1) by its input; each
// invocation computes 7 × 7 elements of 8 channels.
//   dx[n,c,i,j] = Σ_{o,p,q} w[c,o,p,q] · dy[n,o,2i+p-1,2j+q-1]
// A turn takes the kernel's rows of one parity, which meet the same rows of dy.
override BATCH: u32 = 8u;
override FROM: u32 = 32u;
override TO: u32 = 16u;
override SIZE: u32 = 14u; // of dx; 7 divides it

@group(0) @binding(0) var<storage, read> dy: array<f32>;       // [BATCH, TO, 2·SIZE + 2, 2·SIZE + 8], the image from [1, 4]
@group(0) @binding(1) var<storage, read> w: array<vec4f>;      // [FROM, TO, 4, 4]
@group(0) @binding(2) var<storage, read_write> dx: array<f32>; // [BATCH, FROM, SIZE, SIZE]

// Seven neighbouring elements, or every other one.
struct Seven {
  a: vec4f,
  b: vec3f,
}

// Those under each of four taps, two columns apart.
struct Windows {
  q0: Seven,
  q1: Seven,
  q2: Seven,
  q3: Seven,
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

fn windows(at: u32) -> Windows {
  let a = vec4f(dy[at], dy[at + 1u], dy[at + 2u], dy[at + 3u]);
  let b = vec4f(dy[at + 4u], dy[at + 5u], dy[at + 6u], dy[at + 7u]);
  let c = vec4f(dy[at + 8u], dy[at + 9u], dy[at + 10u], dy[at + 11u]);
  let d = vec4f(dy[at + 12u], dy[at + 13u], dy[at + 14u], dy[at + 15u]);
  return Windows(
    Seven(vec4f(a.xz, b.xz), vec3f(c.xz, d.x)),
    Seven(vec4f(a.yw, b.yw), vec3f(c.yw, d.y)),
    Seven(vec4f(a.z, b.xz, c.x), vec3f(c.z, d.xz)),
    Seven(vec4f(a.w, b.yw, c.y), vec3f(c.w, d.yw)),
  );
}

fn mad(sum: Seven, s: f32, x: Seven) -> Seven {
  return Seven(fma(vec4f(s), x.a, sum.a), fma(vec3f(s), x.b, sum.b));
}

fn chain(sum: Seven, s: vec4f, x: Windows) -> Seven {
  return mad(mad(mad(mad(sum, s.x, x.q0), s.y, x.q1), s.z, x.q2), s.w, x.q3);
}

fn add(sum: ptr<function, Tile>, at: u32, x: Input) {
  let s = w[at];
  let t = w[at + 2u];
  (*sum).r0 = chain(chain((*sum).r0, s, x.r0), t, x.r1);
  (*sum).r1 = chain(chain((*sum).r1, s, x.r1), t, x.r2);
  (*sum).r2 = chain(chain((*sum).r2, s, x.r2), t, x.r3);
  (*sum).r3 = chain(chain((*sum).r3, s, x.r3), t, x.r4);
  (*sum).r4 = chain(chain((*sum).r4, s, x.r4), t, x.r5);
  (*sum).r5 = chain(chain((*sum).r5, s, x.r5), t, x.r6);
  (*sum).r6 = chain(chain((*sum).r6, s, x.r6), t, x.r7);
}

fn store(at: u32, sum: Seven) {
  dx[at] = sum.a.x;
  dx[at + 1u] = sum.a.y;
  dx[at + 2u] = sum.a.z;
  dx[at + 3u] = sum.a.w;
  dx[at + 4u] = sum.b.x;
  dx[at + 5u] = sum.b.y;
  dx[at + 6u] = sum.b.z;
}

fn put(at: u32, sum: Tile) {
  store(at, sum.r0);
  store(at + SIZE, sum.r1);
  store(at + 2u * SIZE, sum.r2);
  store(at + 3u * SIZE, sum.r3);
  store(at + 4u * SIZE, sum.r4);
  store(at + 5u * SIZE, sum.r5);
  store(at + 6u * SIZE, sum.r6);
}

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let side = SIZE / 7u;
  if (id.x >= BATCH * FROM / 8u * side * side) { return; }
  let j = id.x % side * 7u;
  let i = id.x / side % side * 7u;
  let n = id.x / (side * side) % BATCH;
  let c = id.x / (side * side * BATCH) * 8u;
  var s0: Tile;
  var s1: Tile;
  var s2: Tile;
  var s3: Tile;
  var s4: Tile;
  var s5: Tile;
  var s6: Tile;
  var s7: Tile;
  let pitch = 2u * SIZE + 8u;
  for (var turn = 0u; turn < 2u * TO; turn++) {
    let o = turn / 2u;
    let p = turn % 2u;
    let at = ((n * TO + o) * (2u * SIZE + 2u) + 2u * i + p) * pitch + 2u * j + 3u;
    let image = Input(
      windows(at),
      windows(at + 2u * pitch),
      windows(at + 4u * pitch),
      windows(at + 6u * pitch),
      windows(at + 8u * pitch),
      windows(at + 10u * pitch),
      windows(at + 12u * pitch),
      windows(at + 14u * pitch),
    );
    let taps = (c * TO + o) * 4u + p;
    add(&s0, taps, image);
    add(&s1, taps + 4u * TO, image);
    add(&s2, taps + 8u * TO, image);
    add(&s3, taps + 12u * TO, image);
    add(&s4, taps + 16u * TO, image);
    add(&s5, taps + 20u * TO, image);
    add(&s6, taps + 24u * TO, image);
    add(&s7, taps + 28u * TO, image);
  }
  let plane = SIZE * SIZE;
  let at = (n * FROM + c) * plane + i * SIZE + j;
  put(at, s0);
  put(at + plane, s1);
  put(at + 2u * plane, s2);
  put(at + 3u * plane, s3);
  put(at + 4u * plane, s4);
  put(at + 5u * plane, s5);
  put(at + 6u * plane, s6);
  put(at + 7u * plane, s7);
}
