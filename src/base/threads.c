/* threads.c: a pool whose workers sleep on a condition variable between runs. The calling thread works too; while
** it waits for the others it goes on asking the host whether to stop. */
#include "threads.h"

#include <pthread.h>
#include <time.h>

#include "memory.h"
#include "portable.h"

enum { STACK_BYTES = 1 << 20, POLL_NS = 10 * 1000 * 1000 };

typedef struct worker {
    mix_threads *threads;
    size_t number;
    pthread_t thread;
} worker;

struct mix_threads {
    size_t count; /* the calling thread and the workers that run */
    const mix_cancel *cancel;
    pthread_mutex_t mutex;
    pthread_cond_t start, done;
    /* Under the mutex: */
    unsigned long run; /* number of the current run: workers wait for the next */
    size_t busy;       /* workers that have not finished it */
    bool quit;
    mix_task task;
    void *context;
    size_t tasks;
    /* Shared freely: */
    atomic_size_t next; /* task to take */
    atomic_bool stop;
    worker workers[];
};

static void take_tasks(mix_threads *threads, size_t thread) {
    while (!atomic_load_explicit(&threads->stop, memory_order_relaxed)) {
        size_t number = atomic_fetch_add(&threads->next, 1);
        if (number >= threads->tasks) {
            break;
        }
        threads->task(threads->context, number, thread);
    }
}

static void *work(void *argument) {
    worker *self = argument;
    mix_threads *threads = self->threads;
    unsigned long seen = 0;
    pthread_mutex_lock(&threads->mutex);
    for (;;) {
        while (threads->run == seen && !threads->quit) {
            pthread_cond_wait(&threads->start, &threads->mutex);
        }
        if (threads->quit) {
            break;
        }
        seen = threads->run;
        pthread_mutex_unlock(&threads->mutex);
        take_tasks(threads, self->number);
        pthread_mutex_lock(&threads->mutex);
        if (--threads->busy == 0) {
            pthread_cond_signal(&threads->done);
        }
    }
    pthread_mutex_unlock(&threads->mutex);
    return NULL;
}

/* Start workers until there are enough or the system refuses; a refusal is no error. */
static void start_workers(mix_threads *threads, size_t wanted) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) {
        return;
    }
    pthread_attr_setstacksize(&attributes, STACK_BYTES); /* some C libraries give far less */
    mix_portable_signals before;
    mix_portable_signals_hold(&before);
    while (threads->count < wanted) {
        worker *next = &threads->workers[threads->count];
        *next = (worker){.threads = threads, .number = threads->count};
        if (pthread_create(&next->thread, &attributes, work, next) != 0) {
            break;
        }
        threads->count++;
    }
    mix_portable_signals_restore(&before);
    pthread_attr_destroy(&attributes);
}

mix_threads *mix_threads_new(size_t wanted, const mix_cancel *cancel) {
    mix_threads *threads = mix_memory_zeros(1, sizeof *threads + wanted * sizeof(worker));
    if (threads == NULL) {
        return NULL;
    }
    threads->count = 1;
    threads->cancel = cancel;
    atomic_init(&threads->next, 0);
    atomic_init(&threads->stop, false);
    pthread_mutex_init(&threads->mutex, NULL);
    pthread_cond_init(&threads->start, NULL);
    pthread_cond_init(&threads->done, NULL);
    if (wanted > 1) {
        start_workers(threads, wanted);
    }
    return threads;
}

void mix_threads_free(mix_threads *threads) {
    if (threads == NULL) {
        return;
    }
    pthread_mutex_lock(&threads->mutex);
    threads->quit = true;
    pthread_cond_broadcast(&threads->start);
    pthread_mutex_unlock(&threads->mutex);
    for (size_t i = 1; i < threads->count; i++) {
        pthread_join(threads->workers[i].thread, NULL);
    }
    pthread_cond_destroy(&threads->done);
    pthread_cond_destroy(&threads->start);
    pthread_mutex_destroy(&threads->mutex);
    mix_memory_free(threads);
}

size_t mix_threads_count(const mix_threads *threads) {
    return threads->count;
}

bool mix_threads_stop(mix_threads *threads, size_t thread) {
    if (atomic_load_explicit(&threads->stop, memory_order_relaxed)) {
        return true;
    }
    if (thread == 0 && mix_cancelled(threads->cancel)) {
        atomic_store(&threads->stop, true);
        return true;
    }
    return false;
}

/* Wait for the workers, looking up every 10 ms to ask the host. */
static void wait_for_workers(mix_threads *threads) {
    pthread_mutex_lock(&threads->mutex);
    while (threads->busy > 0) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += POLL_NS;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&threads->done, &threads->mutex, &until);
        if (threads->busy > 0) {
            pthread_mutex_unlock(&threads->mutex); /* the host may take its time */
            (void)mix_threads_stop(threads, 0);
            pthread_mutex_lock(&threads->mutex);
        }
    }
    pthread_mutex_unlock(&threads->mutex);
}

bool mix_threads_run(mix_threads *threads, mix_task task, void *context, size_t count) {
    bool shared = threads->count > 1; /* else there is nobody to lock out */
    if (shared) {
        pthread_mutex_lock(&threads->mutex);
    }
    threads->task = task;
    threads->context = context;
    threads->tasks = count;
    atomic_store(&threads->next, 0);
    if (shared && count > 1) {
        threads->busy = threads->count - 1;
        threads->run++;
        pthread_cond_broadcast(&threads->start);
    }
    if (shared) {
        pthread_mutex_unlock(&threads->mutex);
    }
    take_tasks(threads, 0);
    if (shared) {
        wait_for_workers(threads);
    }
    return !atomic_load(&threads->stop);
}
