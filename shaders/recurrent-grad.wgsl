// recurrent-grad.wgsl: the adjoint of recurrent.wgsl for one element of a sequence, from the last that it read to the first.
//   dh = dhs + Σ_q W[q, ·] dp_q of the element after + carry (GATES 3)
//   GATES 1: dp = dh (1 - h'²), or dh where h' > 0
//   GATES 3: dp_n = dh (1 - z) (1 - n²),  dp_r = dp_n q r (1 - r),  dp_z = dh (h - n) z (1 - z),  carry = dh z;
//            the hidden state's share of p_n has the gradient dp_n r instead
//   GATES 4: dc = dcs + carry + dh o (1 - tanh² c'),  dp_i = dc g i (1 - i),  dp_f = dc c f (1 - f),  dp_g = dc i (1 - g²),
//            dp_o = dh tanh c' o (1 - o),  carry = dc f
// Uses: lib/math.wgsl lib/unit-*.wgsl
const UNIT: u32 = 1u; // hidden units in a Unit
const GATES: u32 = 4u;
const KEPT: u32 = 5u;
const ROWS: u32 = 4u;
const RELU: u32 = 0u;
const CELLS: u32 = 1u; // 1: c has a gradient besides
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32, // invocations
  batch: u32,
  units: u32, // hidden ones, in Units, as are the places below
  inner: u32, // GATES · units; 0 where no element comes after
  later: u32, // of the element after, in dps
  state: u32, // of h and c before
  next: u32, // of h' and c'
  kept: u32,
  gates: u32, // in dps
}

@group(0) @binding(0) var<storage, read> dhs: array<Unit>;             // [times + 1, batch, hidden]
@group(0) @binding(1) var<storage, read> dcs: array<Unit>;             // [times + 1, batch, hidden]; unread if CELLS is 0
@group(0) @binding(2) var<storage, read> kepts: array<Unit>;           // [times, batch, KEPT · hidden]
@group(0) @binding(3) var<storage, read> states: array<Unit>;          // [times + 1, batch, hidden]: c, or h
@group(0) @binding(4) var<storage, read> weights: array<Unit>;         // [GATES · hidden, hidden]
@group(0) @binding(5) var<storage, read_write> dps: array<Unit>;       // [times, batch, GATES · hidden]: of the hidden state's share
@group(0) @binding(6) var<storage, read_write> carries: array<Unit>;   // [batch, hidden]
@group(0) @binding(7) var<storage, read_write> dshares: array<Unit>;   // as dps; untouched unless GATES is 3, since it is equal
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let units = params.units;
  let inner = params.inner;
  let unit = index % units;
  let first = index / units * ROWS;
  let last = params.batch - 1u;
  // A row past the last repeats it; its results are not stored.
  var p_at: array<u32, ROWS>; // scalars
  var acc: array<Unit, ROWS>; // scalars
  for (var r = 0u; r < ROWS; r++) { // unroll
    p_at[r] = params.later + min(first + r, last) * inner;
    acc[r] = Unit(0.0);
  }
  for (var q = 0u; q < inner; q++) {
    var p: array<Unit, ROWS>; // scalars
    for (var r = 0u; r < ROWS; r++) { // unroll
      p[r] = dps[p_at[r] + q];
    }
    for (var i = 0u; i < UNIT; i++) { // unroll
      let w = weights[(q * UNIT + i) * units + unit];
      for (var r = 0u; r < ROWS; r++) { // unroll
        acc[r] += w * unit_part(p[r], i);
      }
    }
  }
  var sums: array<Unit, ROWS>;
  for (var r = 0u; r < ROWS; r++) { // unroll
    sums[r] = acc[r];
  }
  for (var r = 0u; r < ROWS; r++) {
    let row = first + r;
    if (row <= last) {
      let at = row * units + unit;
      let gates = params.gates + row * GATES * units + unit;
      let kept = params.kept + row * KEPT * units + unit;
      var dh = sums[r] + dhs[params.next + at];
      var carry = Unit(0.0);
      if (inner > 0u) { carry = carries[at]; }
      if (GATES < 2) { // constant
        let state = kepts[kept];
        if (RELU < 1) { // constant
          dps[gates] = dh * (1.0 - state * state);
        }
        if (0 < RELU) { // constant
          dps[gates] = dh * unit_step(state);
        }
        carries[at] = carry;
      }
      if (2 < GATES % 4) { // constant
        dh += carry;
        let reset = kepts[kept];
        let update = kepts[kept + units];
        let new_state = kepts[kept + 2u * units];
        let d_new = dh * (1.0 - update) * (1.0 - new_state * new_state);
        let d_reset = d_new * kepts[kept + 3u * units] * reset * (1.0 - reset);
        let d_update = dh * (states[params.state + at] - new_state) * update * (1.0 - update);
        dps[gates] = d_reset;
        dps[gates + units] = d_update;
        dps[gates + 2u * units] = d_new * reset;
        dshares[gates] = d_reset;
        dshares[gates + units] = d_update;
        dshares[gates + 2u * units] = d_new;
        carries[at] = dh * update;
      }
      if (3 < GATES) { // constant
        let enter = kepts[kept];
        let stay = kepts[kept + units];
        let content = kepts[kept + 2u * units];
        let leave = kepts[kept + 3u * units];
        let shown = kepts[kept + 4u * units];
        var dc = carry + dh * leave * (1.0 - shown * shown);
        if (0 < CELLS) { // constant
          dc += dcs[params.next + at];
        }
        dps[gates] = dc * content * enter * (1.0 - enter);
        dps[gates + units] = dc * states[params.state + at] * stay * (1.0 - stay);
        dps[gates + 2u * units] = dc * enter * (1.0 - content * content);
        dps[gates + 3u * units] = dh * shown * leave * (1.0 - leave);
        carries[at] = dc * stay;
      }
    }
  }
}
