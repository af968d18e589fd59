# What the program is made of, in CycloneDX form, from what `cargo metadata` says of the packages that are linked into it. $sqlite
# is the version of SQLite, which one of them contains. Nothing in it is of the day or of chance.

def ref: "pkg:cargo/\(.name)@\(.version | @uri)";
def component: {
    type: "library", "bom-ref": ref, name, version,
    licenses: [{expression: (.license | gsub("/"; " OR "))}],
    purl: ref
};

INDEX(.packages[]; .id) as $linked
| .resolve.root as $root
| "pkg:generic/sqlite@\($sqlite)" as $engine
| {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {component: ($linked[$root] | component + {type: "application"})},
    components: (
        [.packages[] | select(.id != $root) | component]
        + [{
            type: "library", "bom-ref": $engine, name: "sqlite", version: $sqlite,
            licenses: [{expression: "blessing"}],
            purl: $engine, cpe: "cpe:2.3:a:sqlite:sqlite:\($sqlite):*:*:*:*:*:*:*"
        }]
        | sort_by(.purl)
    ),
    dependencies: (
        [
            .resolve.nodes[] | select($linked[.id])
            | $linked[.id] as $package
            | [.deps[] | select(any(.dep_kinds[]; .kind != "dev")) | $linked[.pkg] // empty | ref] as $needs
            | [$engine | select($package.name == "libsqlite3-sys")] as $contains
            | {ref: ($package | ref), dependsOn: ($needs + $contains | unique)}
        ]
        + [{ref: $engine, dependsOn: []}]
        | sort_by(.ref)
    )
}
