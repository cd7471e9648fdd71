// Finds Chromium, or installs it where that needs no question: on Debian as root, by apt.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const candidates = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
].filter(Boolean);

const find = () => candidates.find((path) => existsSync(path));

function install() {
  const isDebianRoot = process.getuid?.() === 0 && existsSync("/etc/debian_version");
  if (!isDebianRoot) return undefined;
  process.stdout.write("▸ Installing Chromium for the browser journeys (apt)\n");
  const apt = (args) => spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"] });
  apt(["update", "-qq"]);
  apt(["install", "-y", "-qq", "--no-install-recommends", "chromium"]);
  return find();
}

/** Path of a Chromium; ends the process with what to do when there is none. */
export function ensureChromium() {
  const path = find() ?? install();
  if (!path) {
    process.stderr.write(
      "✘ The browser journeys need Chromium: install it, or set CHROMIUM to its path.\n",
    );
    process.exit(1);
  }
  return path;
}
