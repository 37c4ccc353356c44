import { getFromPeer, unprocessable, type Toolbox } from "@emaintenance/service-kit";

/**
 * Asks the user service whether a user can be given work. Without USER_SERVICE_URL, only the database's foreign key
 * checks it.
 *
 * @throws 422 when the user does not exist or is not active
 */
export async function checkAssignee(
  config: Toolbox["config"],
  assigneeId: string,
  token: string,
): Promise<void> {
  if (config.USER_SERVICE_URL === undefined) return;
  const answer = await getFromPeer<{ user: { active: boolean } }>(
    config.USER_SERVICE_URL,
    `/api/users/${assigneeId}`,
    token,
  );
  if (answer === undefined) throw unprocessable("the assignee does not exist");
  if (!answer.user.active) throw unprocessable("the assignee is not active");
}
