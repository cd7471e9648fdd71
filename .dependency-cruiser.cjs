const order = [
  "identity",
  "partnerships",
  "templates",
  "agreements",
  "collaboration",
  "decisions",
  "signing",
  "archive",
  "notifications",
];

/** One owner per package that shapes the system. */
const owner = (pkg, allowed, comment) => ({
  name: `only-owner-uses-${pkg.replace(/\W+/g, "-")}`,
  severity: "error",
  comment,
  from: { pathNot: ["^test/", "^bench/", ...allowed] },
  to: { path: `node_modules/(@types/)?${pkg}/` },
});

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "domain-is-pure",
      severity: "error",
      from: { path: "^domain/" },
      to: { path: "^(backend|frontend|test|bench)/" },
    },
    {
      name: "domain-has-no-io",
      severity: "error",
      from: { path: "^domain/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "domain-npm-allowlist",
      severity: "error",
      from: { path: "^domain/" },
      to: {
        path: "node_modules/",
        pathNot:
          "node_modules/(zod|prosemirror-model|orderedmap|@noble/hashes|@noble/curves|canonicalize|@marcbachmann/cel-js|mdast-util-[a-z-]+|micromark-[a-z-]+|@types/mdast|yaml|n2words)/",
      },
    },
    ...["values", "language", "store", "driver"].map((folder, i, folders) => ({
      name: `engine-${folder}-stands-on-what-is-below`,
      comment: "The embedded engine is a package of its own; see its README.",
      severity: "error",
      from: { path: `^backend/platform/storage/embedded/${folder}/` },
      to: {
        path: "^(backend|domain)/",
        pathNot: `^backend/platform/storage/embedded/(${folders.slice(0, i + 1).join("|")})/`,
      },
    })),
    {
      name: "backend-frontend-apart",
      severity: "error",
      from: { path: "^(backend|frontend)/" },
      to: { path: "^(backend|frontend)/", pathNot: "^$1/" },
    },
    {
      name: "platform-knows-no-feature",
      severity: "error",
      from: { path: "^(backend|frontend)/(platform|ui)/" },
      to: {
        path: "^(backend|frontend)/",
        pathNot: ["^$1/(platform|ui)/", "^backend/config\\.ts$"],
      },
    },
    {
      name: "backend-through-the-door",
      severity: "error",
      from: { path: "^backend/([^/]+)/", pathNot: "^backend/cli/" },
      to: {
        path: "^backend/[^/]+/",
        pathNot: ["^backend/$1/", "^backend/platform/", "^backend/[^/]+/index\\.ts$"],
      },
    },
    {
      name: "frontend-through-the-door",
      severity: "error",
      from: { path: "^frontend/([^/]+)/" },
      to: {
        path: "^frontend/[^/]+/",
        pathNot: ["^frontend/$1/", "^frontend/(platform|ui)/", "^frontend/[^/]+/index\\.tsx?$"],
      },
    },
    {
      name: "nobody-imports-the-root",
      severity: "error",
      from: {
        pathNot: ["^test/", "^bench/", "^backend/cli/", "^backend/(main|app)\\.ts$"],
      },
      to: { path: "^backend/(main|app)\\.ts$" },
    },
    {
      name: "product-never-imports-test",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
    ...order.slice(0, -1).map((feature, i) => ({
      name: `order-${feature}`,
      severity: "error",
      from: { path: `^(backend|frontend|domain)/${feature}/` },
      to: { path: `^(backend|frontend|domain)/(${order.slice(i + 1).join("|")})/` },
    })),
    owner(
      "mongoose",
      [
        "^backend/platform/storage/",
        "^backend/[^/]+/store\\.ts$",
        "^backend/[^/]+/[a-z-]+-store\\.ts$",
      ],
      "storage is one file per slice",
    ),
    owner(
      "express",
      [
        "^backend/(app|features)\\.ts$",
        "^backend/platform/http/",
        "^backend/[^/]+/routes\\.ts$",
        "^backend/[^/]+/[a-z-]+-routes\\.ts$",
      ],
      "transport stays in routes",
    ),
    owner("jsonwebtoken", ["^backend/identity/"], "tokens are identity's business"),
    owner(
      "(yjs|y-protocols)",
      ["^(backend|frontend)/collaboration/"],
      "only collaboration knows the CRDT",
    ),
    owner(
      "@cantoo/pdf-lib",
      ["^backend/(signing|archive)/"],
      "PDF bytes are signing's and the verifier's",
    ),
    owner("pdf-lib", ["^backend/(signing|archive)/"], "PDF bytes are signing's and the verifier's"),
    owner("pkijs", ["^backend/(signing|archive)/"], "CMS is signing's and the verifier's"),
    owner("socket\\.io", ["^backend/notifications/"], "news leaves through notifications"),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "\\.d\\.ts$" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
