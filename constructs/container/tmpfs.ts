import { invalidPath, numberOutOfRange } from "../errors";

export interface TmpfsProps {
  /** Upper bound in MiB; counted against the container's memory. */
  readonly sizeMiB: number;
  /** Owner, as `uid:gid`. @default root, with the folder open to all as /tmp is */
  readonly owner?: string;
}

/** A folder in memory: emptied whenever the container starts, nothing in it can be run. */
export class Tmpfs {
  /** @throws ConfigurationError when the path is not absolute, or the size is no bound */
  static at(path: string, props: TmpfsProps): Tmpfs {
    if (!/^\/[^\s,:]*$/.test(path) || path.includes("..")) {
      throw invalidPath("tmpfs path", path);
    }
    if (!Number.isInteger(props.sizeMiB) || props.sizeMiB < 1) {
      throw numberOutOfRange(
        `size of tmpfs ${path}`,
        props.sizeMiB,
        "a whole number of MiB above 0, such as 64",
      );
    }
    const [uid, gid] = props.owner?.split(":") ?? [];
    const access = uid === undefined ? "mode=1777" : `mode=0700,uid=${uid},gid=${gid ?? uid}`;
    return new Tmpfs(path, `rw,noexec,nosuid,nodev,size=${props.sizeMiB}m,${access}`);
  }

  private constructor(
    readonly path: string,
    readonly options: string,
  ) {}
}
