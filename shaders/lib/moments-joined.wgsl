// lib/moments-joined.wgsl: the number, mean and squared deviations (n, mean, m2) of two parts together.
//   mean += δ n_b / n,   m2 += m2_b + δ² n_a n_b / n,   δ = mean_b - mean
// With ROOT, -√m2 stands for an m2 that is too great or too small for a float32.
// Source: Chan, Golub & LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
// The using file declares:   override ROOT: bool = false;

fn root(m2: f32) -> f32 { return select(-m2, sqrt(m2), m2 > 0.0); }

fn joined(a: vec3f, b: vec3f) -> vec3f {
  let n = a.x + b.x;
  let part = b.x / max(n, 1.0);
  let delta = select(b.y - a.y, 0.0, a.x * b.x == 0.0);
  let mean = select(a.y + delta * part, b.y, a.x == 0.0);
  let share = a.x * part;
  let m2 = a.z + b.z + delta * delta * share;
  if (!ROOT || ((a.z >= 0.0) & (b.z >= 0.0) & (m2 >= 1e-30) & (m2 < 3.402823466e38))) { return vec3f(n, mean, m2); }
  let parts = vec3f(root(a.z), root(b.z), abs(delta) * sqrt(share));
  let most = max(max(parts.x, parts.y), max(parts.z, 1.17549435e-38));
  let scaled = parts / most;
  return vec3f(n, mean, -most * sqrt(dot(scaled, scaled)));
}
