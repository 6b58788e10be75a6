// philox.wgsl: the counter-based generator Philox4x32-10 (Salmon et al. 2011): four words of 32 bits from a counter and a key.
// The generator's constants: two multipliers, and the steps of the key (the golden ratio and √3 − 1, as fractions of 2³²).
const PHILOX_MULTIPLIER0: u32 = 0xD2511F53u;
const PHILOX_MULTIPLIER1: u32 = 0xCD9E8D57u;
const PHILOX_KEY_STEP: vec2u = vec2u(0x9E3779B9u, 0xBB67AE85u);
const PHILOX_ROUNDS: u32 = 10u;

// The high 32 bits of a · b.
fn philox_high(a: u32, b: u32) -> u32 {
  let a0 = a & 0xFFFFu;
  let a1 = a >> 16u;
  let b0 = b & 0xFFFFu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let carry = (middle & 0xFFFFu) + a0 * b1;
  return a1 * b1 + (middle >> 16u) + (carry >> 16u);
}

fn philox(counter: u32, first_key: vec2u) -> vec4u {
  var word = vec4u(counter, 0u, 0u, 0u);
  var key = first_key;
  for (var round = 0u; round < PHILOX_ROUNDS; round++) {
    word = vec4u(
      philox_high(PHILOX_MULTIPLIER1, word.z) ^ word.y ^ key.x,
      PHILOX_MULTIPLIER1 * word.z,
      philox_high(PHILOX_MULTIPLIER0, word.x) ^ word.w ^ key.y,
      PHILOX_MULTIPLIER0 * word.x,
    );
    key += PHILOX_KEY_STEP;
  }
  return word;
}

// Which of four draws from `draw` on are below `keep`.
fn philox_kept(draw: u32, key: vec2u, keep: u32) -> vec4<bool> {
  let counter = draw / 4u;
  let skipped = draw % 4u;
  var words = philox(counter, key);
  if (skipped > 0u) {
    let more = philox(counter + 1u, key);
    if (skipped == 1u) { words = vec4u(words.yzw, more.x); }
    else if (skipped == 2u) { words = vec4u(words.zw, more.xy); }
    else { words = vec4u(words.w, more.xyz); }
  }
  return words < vec4u(keep);
}
