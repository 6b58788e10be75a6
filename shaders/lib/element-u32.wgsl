// lib/element-u32.wgsl: u32 as the element type of a kernel that is written once for several types.

alias Element = u32;
alias Quad = vec4<u32>;

fn element_lowest() -> Element { return 0u; }

fn element_highest() -> Element { return 0xffffffffu; }

fn element_isnan(x: Element) -> bool { return false; }

fn quad_isnan(x: Quad) -> vec4<bool> { return vec4<bool>(); }
