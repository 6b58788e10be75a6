// lib/jacobi.wgsl: Jacobi's rotations, by which eigh and svd turn many pairs at a time that share no row or column.

// Pair t of a round of `players`, which is even; the smaller first. The last player, where n is odd, is nobody.
fn jacobi_pair(t: u32, round: u32, players: u32) -> vec2u {
  if (t == 0u) { return vec2u(round, players - 1u); }
  let one = (round + t) % (players - 1u);
  let other = (round + players - 1u - t) % (players - 1u);
  return vec2u(min(one, other), max(one, other));
}

// sin θ and tan θ/2 of the rotation by which s_pq becomes 0, from half = (s_qq − s_pp) / (2 s_pq).
fn jacobi_turn(half: f32) -> vec2f {
  var tangent = 0.5 / half;
  if (abs(half) < 1e15) { tangent = select(-1.0, 1.0, half >= 0.0) / (abs(half) + sqrt(1.0 + half * half)); }
  let cosine = 1.0 / sqrt(1.0 + tangent * tangent);
  let sine = tangent * cosine;
  return vec2f(sine, sine / (1.0 + cosine));
}
