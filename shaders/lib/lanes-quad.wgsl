// lanes-quad.wgsl: values of neighbouring lanes, for four lanes that share what they load. Lanes 0 1 over 2 3.
enable subgroups;
diagnostic(off, subgroup_uniformity);

fn lanes_across(value: vec4f) -> vec4f { return quadSwapX(value); }
fn lanes_down(value: vec4f) -> vec4f { return quadSwapY(value); }
