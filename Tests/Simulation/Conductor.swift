import Glibc
import Synchronization

/// Runs every task of one run on the thread that drives the run, one job after the other, in the order in which they became ready.
///
/// Default actors run where their callers' tasks do, so the watcher does as well. Whatever came from another thread would make a run unrepeatable: it
/// ends the process.
final class Conductor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let thread = pthread_self()

    func enqueue(_ job: consuming ExecutorJob) {
        precondition(pthread_equal(thread, pthread_self()) != 0, "a job came from a thread that the simulation does not drive")
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// Runs jobs until none is ready.
    func drain() {
        while true {
            let ready = jobs.withLock { jobs in
                defer { jobs.removeAll(keepingCapacity: true) }
                return jobs
            }
            if ready.isEmpty { return }
            for job in ready { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
