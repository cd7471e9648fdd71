import { serveTasks } from "../platform/serve-tasks.ts";
import { signIncrement } from "./pades.ts";

serveTasks(signIncrement);
