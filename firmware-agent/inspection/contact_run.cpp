#include "firmware-agent/inspection/contact_run.hpp"

namespace inspect::inspection {

std::optional<Judgement> ContactRun::look(Contacts now, BootTime at) {
  stale_ = {stale_.pass && now.pass, stale_.fail && now.fail};
  const Contacts fresh{now.pass && !stale_.pass, now.fail && !stale_.fail};
  const bool closed = fresh.pass || fresh.fail;
  const bool twice = closed && last_ == fresh;
  last_ = fresh;
  if (twice) return judge_contacts(now.pass, now.fail, false);
  if (at >= ends_) return judge_contacts(false, false, true);
  return std::nullopt;
}

}  // namespace inspect::inspection
