package clock

import "container/heap"

// queue is a heap of items, the earliest first.
type queue []Item

func (q *queue) push(i Item) { heap.Push((*byDue)(q), i) }

func (q *queue) pop() Item { return heap.Pop((*byDue)(q)).(Item) }

// byDue is the heap.Interface of a queue, kept apart so that only push and pop
// can be called on it by mistake.
type byDue []Item

func (q byDue) Len() int      { return len(q) }
func (q byDue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q byDue) Less(i, j int) bool {
	if order := q[i].Due.Compare(q[j].Due); order != 0 {
		return order < 0
	}
	return q[i].Seq < q[j].Seq
}

func (q *byDue) Push(x any) { *q = append(*q, x.(Item)) }

func (q *byDue) Pop() any {
	last := len(*q) - 1
	i := (*q)[last]
	(*q)[last] = Item{}
	*q = (*q)[:last]
	return i
}
