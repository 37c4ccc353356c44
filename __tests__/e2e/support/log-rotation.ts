import { onHost } from "./rehearsal";

export const UNIT = "emaintenance-log-rotation";
export const LOGS = "/opt/emaintenance/logs";

/** All lines of a log that are there, the oldest first. Blanks may come before the first, or alone where no line came after. */
export const everything = (log: string) =>
  `sudo sh -c 'for n in 3 2 1; do [ ! -e ${log}.$n.gz ] || zcat ${log}.$n.gz; done; cat ${log}'`;

export const rotate = () => onHost(`sudo systemctl start ${UNIT}.service`);
