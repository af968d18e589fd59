//! The machine that figures were measured on, in one line.

use std::fs;

/// The processor, how many cores of it there are, the virtual machine where it is one, the kernel, and the load.
pub fn name() -> String {
    let read = |file| fs::read_to_string(file).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let line = |field: &str| {
        let line = processors.lines().find(|line| line.starts_with(field));
        line.and_then(|line| line.split(": ").nth(1)).unwrap_or("?")
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let vendor = read("/sys/class/dmi/id/sys_vendor");
    let within = match (line("flags").contains(" hypervisor"), vendor.trim()) {
        (false, _) => String::new(),
        (true, "") => "a virtual machine, ".to_owned(),
        (true, vendor) => format!("a virtual machine ({vendor}), "),
    };
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().next().unwrap_or("?");
    format!(
        "{}, {cores} cores, {within}Linux {}, load {load} before",
        line("model name"),
        kernel.trim()
    )
}
