// recurrent.wgsl: one element of a sequence in a recurrent layer, for ROWS rows of the batch and one hidden unit, or four.
//   p_g = share_g + b_g + Σ_k W[g, k] h[k]   for each gate g, with h and c as the element before left them
//   GATES 1: h' = tanh(p), or relu
//   GATES 3: r, z = σ(p_r), σ(p_z),   n = tanh(share_n + r q),   h' = n + z (h - n),   with q = p_n - share_n
//   GATES 4: i, f, o = σ(p_i), σ(p_f), σ(p_o),   g = tanh(p_g),   c' = f c + i g,   h' = o tanh c'
// What the gradient needs is kept: [h'], [r, z, n, q] or [i, f, g, o, tanh c'].
// Uses: lib/math.wgsl lib/unit-*.wgsl
const UNIT: u32 = 1u; // hidden units in a Unit
const GATES: u32 = 4u;
const KEPT: u32 = 5u;
const ROWS: u32 = 4u;
const ACC: u32 = 16u; // GATES · ROWS
const RELU: u32 = 0u;
const BIAS: u32 = 0u;
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32, // invocations
  batch: u32,
  units: u32, // hidden ones, in Units, as are the places below
  share: u32,
  state: u32, // of h and c
  next: u32, // of h' and c'
  kept: u32,
}

@group(0) @binding(0) var<storage, read> shares: array<Unit>;       // [times, batch, GATES · hidden]
@group(0) @binding(1) var<storage, read> weights: array<Unit>;      // [hidden, GATES · hidden]: W transposed
@group(0) @binding(2) var<storage, read> bias: array<Unit>;         // [GATES · hidden]; unread if BIAS is 0
@group(0) @binding(3) var<storage, read_write> hs: array<Unit>;     // [times + 1, batch, hidden]
@group(0) @binding(4) var<storage, read_write> cs: array<Unit>;     // [times + 1, batch, hidden]; untouched unless GATES is 4
@group(0) @binding(5) var<storage, read_write> kepts: array<Unit>;  // [times, batch, KEPT · hidden]
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let units = params.units;
  let unit = index % units;
  let first = index / units * ROWS;
  let last = params.batch - 1u;
  // A row past the last repeats it; its results are not stored.
  var h_at: array<u32, ROWS>; // scalars
  for (var r = 0u; r < ROWS; r++) { // unroll
    h_at[r] = params.state + min(first + r, last) * units;
  }
  var acc: array<Unit, ACC>; // scalars
  for (var g = 0u; g < GATES; g++) { // unroll
    for (var r = 0u; r < ROWS; r++) { // unroll
      acc[g * ROWS + r] = Unit(0.0);
    }
    if (0 < BIAS) { // constant
      let b = bias[g * units + unit];
      for (var r = 0u; r < ROWS; r++) { // unroll
        acc[g * ROWS + r] = b;
      }
    }
  }
  for (var k = 0u; k < units; k++) {
    var h: array<Unit, ROWS>; // scalars
    for (var r = 0u; r < ROWS; r++) { // unroll
      h[r] = hs[h_at[r] + k];
    }
    for (var i = 0u; i < UNIT; i++) { // unroll
      for (var g = 0u; g < GATES; g++) { // unroll
        let w = weights[((k * UNIT + i) * GATES + g) * units + unit];
        for (var r = 0u; r < ROWS; r++) { // unroll
          acc[g * ROWS + r] += w * unit_part(h[r], i);
        }
      }
    }
  }
  // Written out for each row, the cells would take most of the kernel's compilation.
  var sums: array<Unit, ACC>;
  for (var g = 0u; g < GATES; g++) { // unroll
    for (var r = 0u; r < ROWS; r++) { // unroll
      sums[g * ROWS + r] = acc[g * ROWS + r];
    }
  }
  for (var r = 0u; r < ROWS; r++) {
    let row = first + r;
    if (row <= last) {
      let share = params.share + row * GATES * units + unit;
      let kept = params.kept + row * KEPT * units + unit;
      let before = params.state + row * units + unit;
      let after = params.next + row * units + unit;
      if (GATES < 2) { // constant
        var state = shares[share] + sums[r];
        if (RELU < 1) { // constant
          state = unit_tanh(state);
        }
        if (0 < RELU) { // constant
          state = unit_relu(state);
        }
        hs[after] = state;
        kepts[kept] = state;
      }
      if (2 < GATES % 4) { // constant
        let reset = unit_sigmoid(shares[share] + sums[r]);
        let update = unit_sigmoid(shares[share + units] + sums[ROWS + r]);
        let hidden = sums[2u * ROWS + r];
        let new_state = unit_tanh(shares[share + 2u * units] + reset * hidden);
        hs[after] = new_state + update * (hs[before] - new_state);
        kepts[kept] = reset;
        kepts[kept + units] = update;
        kepts[kept + 2u * units] = new_state;
        kepts[kept + 3u * units] = hidden;
      }
      if (3 < GATES) { // constant
        let enter = unit_sigmoid(shares[share] + sums[r]);
        let stay = unit_sigmoid(shares[share + units] + sums[ROWS + r]);
        let content = unit_tanh(shares[share + 2u * units] + sums[2u * ROWS + r]);
        let leave = unit_sigmoid(shares[share + 3u * units] + sums[3u * ROWS + r]);
        let c = stay * cs[before] + enter * content;
        let shown = unit_tanh(c);
        cs[after] = c;
        hs[after] = leave * shown;
        kepts[kept] = enter;
        kepts[kept + units] = stay;
        kepts[kept + 2u * units] = content;
        kepts[kept + 3u * units] = leave;
        kepts[kept + 4u * units] = shown;
      }
    }
  }
}
